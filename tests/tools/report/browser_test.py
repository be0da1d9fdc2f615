#!/usr/bin/env python3
"""browser_test.py GRADUS [SCREENSHOTS]: the report of a folder of invented results, in headless Chromium. Exit code 77: there
is no Chromium."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
from browser import Browser, find_programs  # noqa: E402
import make_folder  # noqa: E402

GRADUS = ""
SCREENSHOTS = ""
METHODS = len(make_folder.METHODS)

# Of a chart's canvases: how many pixels have about this colour.
COUNT = """const [chart, name] = arguments;
const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const wanted = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
let count = 0;
for (const canvas of document.querySelectorAll(`#${chart} canvas`)) {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {willReadFrequently: true});
  copy.drawImage(canvas, 0, 0);
  const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let i = 0; i < pixels.length; i += 4)
    if (pixels[i + 3] > 200 && wanted.every((c, k) => Math.abs(c - pixels[i + k]) < 12)) ++count;
}
return count;"""


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="gradus_report.")
        cls.pages = {}
        for name, unfinished in (("finished", False), ("unfinished", True)):
            path = os.path.join(cls.folder.name, name)
            make_folder.write(path, unfinished)
            subprocess.run([GRADUS, "report", path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            cls.pages[name] = os.path.join(path, "report.html")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.browser.set_dark(False)
        self.browser.resize(1280, 900)
        self.show("finished")

    def tearDown(self):
        self.assertEqual(self.browser.messages(), [])

    def show(self, name):
        self.browser.open(self.pages[name])

    def texts(self, selector):
        return self.browser.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim());", selector)

    def text(self, selector):
        return self.texts(selector)[0]

    def pressed(self, selector):
        return self.browser.run("return document.querySelector(arguments[0]).getAttribute('aria-pressed') === 'true';", selector)

    def color_of(self, method):
        return f"--series-{list(make_folder.METHODS).index(method) + 1}"

    def pixels(self, chart, method):
        return self.browser.run(COUNT, chart, self.color_of(method))

    def number_of(self, method):
        return self.texts(".method span").index(method)

    def picture(self, name, whole=False):
        if SCREENSHOTS:
            self.browser.screenshot(os.path.join(SCREENSHOTS, f"report-{name}.png"), whole)

    def box(self, selector):
        return self.browser.run("const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});"
                                "const b = e.getBoundingClientRect(); return [b.x, b.y, b.width, b.height];", selector)

    def test_it_asks_for_nothing_but_itself(self):
        self.browser.open("/dev/null")
        self.browser.requests()
        self.show("finished")
        self.browser.click("[data-axis=seconds]")
        self.assertEqual(self.browser.requests(), ["file://" + self.pages["finished"]])
        blocked = self.browser.run("const done = arguments[0]; return fetch('data:,x').then(() => false, () => true);")
        self.assertTrue(blocked, "the page's policy lets it fetch")
        self.browser.messages()  # which tells of that

    def test_it_answers_at_a_glance(self):
        self.assertEqual(self.text("h1"), "invented-mlp: 12 methods compared")
        self.assertEqual(self.texts(".answer strong")[0], "adam")
        self.assertIn("<as if>", self.text(".lead"))
        self.assertEqual(self.texts(".notice"), [])
        self.assertEqual(len(self.texts("table.sortable tbody tr")), METHODS)
        self.assertEqual(len(self.texts("article.card")), METHODS)
        self.assertIn("θ ← θ − η g", self.texts(".formula")[self.number_of("sgd")])
        self.picture("light")

    def test_all_methods_are_drawn_and_dark_colours_are_others(self):
        for scheme in ("light", "dark"):
            self.browser.set_dark(scheme == "dark")
            for method in make_folder.METHODS:
                self.assertGreater(self.pixels("curves", method), 50, f"{method}, {scheme}")
            self.assertGreater(self.pixels("trials", "sgd"), 50)
            self.assertEqual(self.pixels("trials", "lbfgs"), 0)  # it has no learning_rate
        self.picture("dark")
        paper = self.browser.run("return getComputedStyle(document.body).backgroundColor;")
        self.assertEqual(paper, "rgb(20, 23, 26)")

    def test_axes_can_be_switched(self):
        labels = {}
        for axis, name in (("gradients", "gradient equivalents"), ("seconds", "seconds"), ("epochs", "epochs")):
            self.browser.click(f"[data-axis={axis}]")
            self.assertTrue(self.pressed(f"[data-axis={axis}]"))
            self.assertEqual(self.text("#curves .dygraph-xlabel"), name)
            labels[axis] = self.texts("#curves .dygraph-axis-label-x")
            self.assertGreater(self.pixels("curves", "adam"), 50)
            self.assertEqual(self.pressed("[data-log=x]"), axis != "epochs")
        self.assertEqual(len({tuple(one) for one in labels.values()}), 3)
        self.assertEqual(labels["epochs"][0], "0")
        self.browser.click("[data-log=x]")
        self.assertNotEqual(self.texts("#curves .dygraph-axis-label-x")[0], "0")
        before = self.texts("#curves .dygraph-axis-label-y")
        self.browser.click("[data-log=y]")
        self.assertFalse(self.pressed("[data-log=y]"))
        self.assertNotEqual(self.texts("#curves .dygraph-axis-label-y"), before)

    def test_metrics_can_be_switched(self):
        for metric, name in (("training_loss", "Training loss"), ("validation_accuracy", "Validation accuracy"),
                             ("training_accuracy", "Training accuracy"), ("validation_loss", "Validation loss")):
            self.browser.click(f"[data-metric={metric}]")
            self.assertEqual(self.text("#curves-y"), name)
            self.assertGreater(self.pixels("curves", "adam"), 50)
            labels = self.texts("#curves .dygraph-axis-label-y")
            self.assertEqual(all("%" in label for label in labels), "accuracy" in metric, labels)
            self.picture(metric)

    def test_methods_can_be_toggled(self):
        adam = f"[data-method='{self.number_of('adam')}']"
        self.browser.click(adam)
        self.assertFalse(self.pressed(adam))
        self.browser.move_to(1, 1)
        self.assertEqual(self.pixels("curves", "adam"), 0)
        self.assertEqual(self.pixels("trials", "adam"), 0)
        self.assertGreater(self.pixels("curves", "sgd"), 50)
        self.browser.click("#no-methods")
        self.assertEqual(self.pixels("curves", "sgd"), 0)
        self.browser.click("#all-methods")
        self.assertGreater(self.pixels("curves", "adam"), 50)

    def test_values_are_shown_under_the_pointer(self):
        self.assertEqual(self.text("#legend-where"), "At the end")
        value = self.texts(".method output")[0]
        self.assertEqual(value, self.texts("table.sortable tbody td:nth-child(3)")[0][:len(value)])
        x, y, width, height = self.box("#curves")
        self.browser.move_to(x + width / 3, y + height / 2)
        self.assertRegex(self.text("#legend-where"), r"At \d.* epochs")
        self.assertGreater(float(self.texts(".method output")[0]), float(value))
        self.picture("hover")
        x, y, width, height = self.box("#trials")
        seen = set()
        for i in range(10, 60):
            self.browser.move_to(x + width * i / 64, y + height * 0.6)
            seen.add(self.text("#trial"))
        self.assertTrue(any(text.startswith("adagrad, trial") for text in seen), seen)
        self.picture("trial")

    def test_it_zooms(self):
        x, y, width, height = self.box("#curves")
        whole = self.texts("#curves .dygraph-axis-label-x")
        self.browser.drag([(x + width * share, y + height / 2) for share in (0.4, 0.45, 0.5, 0.55, 0.6)])
        zoomed = self.texts("#curves .dygraph-axis-label-x")
        self.assertNotEqual(zoomed, whole)
        self.picture("zoom")
        self.browser.click("#curves-reset")
        self.assertEqual(self.texts("#curves .dygraph-axis-label-x"), whole)

    def test_tuned_options_can_be_switched(self):
        self.browser.click("[data-option='1']")
        self.assertEqual(self.text("#trials .dygraph-xlabel"), "curvature_pairs")
        self.assertGreater(self.pixels("trials", "lbfgs"), 50)
        self.assertEqual(self.pixels("trials", "sgd"), 0)

    def test_the_table_sorts(self):
        names = "table.sortable tbody th span"
        by_rank = self.texts(names)
        self.browser.click("th.name .sort")
        self.assertEqual(self.texts(names), sorted(by_rank))
        self.browser.click("th.name .sort")
        self.assertEqual(self.texts(names), sorted(by_rank, reverse=True))
        self.browser.click("th.number .sort")
        self.assertEqual(self.texts(names), by_rank)

    def test_it_fits_on_a_phone(self):
        for name in self.pages:
            self.browser.resize(360, 740, mobile=True)
            self.show(name)
            self.assertEqual(self.browser.run("return document.documentElement.scrollWidth;"), 360, name)
            self.assertGreater(self.pixels("curves", "sgd"), 50)
            self.picture(f"phone-{name}", whole=True)

    def test_what_is_missing_is_said(self):
        self.show("unfinished")
        notices = self.texts(".notice")
        self.assertIn("This comparison is not finished.", notices[0])
        self.assertIn("hessian-free has 0 of 12 runs of tuning and 0 of 5 final runs.", notices[0])
        self.assertIn("sgd-tune-3.json", notices[1])
        self.assertEqual(len(self.texts("table.sortable tbody tr")), METHODS)
        self.picture("unfinished")


if __name__ == "__main__":
    find_programs()
    GRADUS = os.path.abspath(sys.argv[1])
    SCREENSHOTS = sys.argv[2] if len(sys.argv) > 2 else ""
    unittest.main(argv=sys.argv[:1])
