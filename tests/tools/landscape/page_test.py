"""The page of gradus landscape in a browser: page_test.py PROGRAM, the path of gradus."""
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from browser import Browser, find_programs  # noqa: E402

PICTURE = """const c = document.getElementById(arguments[0]), copy = new OffscreenCanvas(c.width, c.height);
const context = copy.getContext("2d", {willReadFrequently: true});
context.drawImage(c, 0, 0);
const d = context.getImageData(0, 0, c.width, c.height).data;
let sum = 0, colours = new Set();
for (let i = 0; i < d.length; i += 4) { const p = d[i] * 65536 + d[i + 1] * 256 + d[i + 2]; sum = (sum * 31 + p) % 1000000007;
  if (i % 404 === 0) colours.add(p); }
return [sum, colours.size];"""


def check(truth, sentence):
    if not truth:
        raise AssertionError(sentence)


def keeps_to_itself(browser, page):
    messages = browser.messages()
    check(messages == [], f"the console says {messages}")
    check(browser.requests() == [page.resolve().as_uri()], "nothing is asked for but the page")


def race(page):
    with Browser(1280, 900) as browser:
        browser.open(page)
        browser.wait("return state.playing && state.time > 0.5")
        check(browser.run("return document.getElementById('play').getAttribute('aria-label')") == "Pause", "it plays")
        browser.click("#play")
        browser.wait("return !state.playing")
        check(browser.run(PICTURE, "map")[1] > 100, "the map is drawn")
        check(browser.run(PICTURE, "surface")[1] > 100, "the surface is drawn")

        browser.run("const t = document.getElementById('time'); t.value = 20; t.dispatchEvent(new Event('input'))")
        browser.wait("return document.getElementById('clock').textContent === 'step 20 of 40'")
        at_20 = browser.run(PICTURE, "map")
        values = browser.run("return [...document.querySelectorAll('#legend tbody tr')].map((r) => r.cells[2].textContent)")
        check(values[0] == "20", "the legend tells the step")
        browser.run("const t = document.getElementById('time'); t.value = 5; t.dispatchEvent(new Event('input'))")
        browser.wait("return document.getElementById('clock').textContent === 'step 5 of 40'")
        check(browser.run(PICTURE, "map") != at_20, "scrubbing changes the picture")

        x, y = browser.run("return map.screen(0.9, 0.1)")
        browser.click_at(x, y)
        start = browser.wait("return state.start")
        place = browser.run("return starts[state.start]")
        check(abs(place[0] - 0.9) < 0.15 and abs(place[1] - 0.1) < 0.15, f"start {start} is near the click")
        check(browser.run("return nearest([0.9, 0.1]) === state.start"), "it is the nearest one")
        browser.wait("return state.time > 0.2")
        browser.press("#map", "up")
        check(browser.run("return starts[state.start][1]") > place[1], "the arrow chooses a start above")

        browser.run("play(false)")
        before = browser.run(PICTURE, "surface")
        left, top, width, height = browser.run(
            "const b = document.getElementById('surface').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]")
        browser.drag([(left + width / 2, top + height / 2), (left + width / 2 + 80, top + height / 2 + 10)])
        browser.run("return 0")
        browser.wait("return new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))")
        check(browser.run(PICTURE, "surface") != before, "dragging turns the surface")

        browser.click("#by-cost")
        browser.wait("return document.getElementById('clock').textContent.startsWith('cost')")
        check(browser.run("return end()") > 40, "the cost of line searches is more than their steps")
        shown = browser.run("return shown().length")
        browser.click("#legend tbody button")
        check(browser.run("return shown().length") == shown - 1, "the legend hides a method")
        check("gauss-newton is left out" in browser.run("return document.body.textContent"), "what is left out is said")
        check(browser.overflow() <= 0, "nothing is wider than the window")
        keeps_to_itself(browser, page)


def on_a_phone(page):
    for dark in (False, True):
        with Browser(360, 740, dark=dark, mobile=True) as browser:
            browser.open(page)
            browser.wait("return document.getElementById('map').height > 100")
            check(browser.overflow() <= 0, "nothing is wider than a phone")
            keeps_to_itself(browser, page)


def network(page):
    with Browser() as browser:
        browser.open(page)
        browser.wait("return document.getElementById('map').height > 100")
        browser.wait("return new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))")
        for canvas in ("map", "surface", "chart"):
            check(browser.run(PICTURE, canvas)[1] > (3 if canvas == "chart" else 100), f"{canvas} is drawn")
        check(browser.run("return document.getElementById('controls').hidden"), "there is nothing to play")
        keeps_to_itself(browser, page)


def main():
    find_programs()
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def run(*arguments):
            subprocess.run([program, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        run("landscape", "--function", "branin", "--optimizers", "sgd,adam,newton,steepest-descent,gauss-newton", "--steps", "40",
            "-o", "race.html")
        race(folder / "race.html")
        on_a_phone(folder / "race.html")
        for seed in ("1", "2"):
            run("train", "--data", "digits", "--layers", "784,10", "--epochs", "1", "--seed", seed, "--quiet", "--save", seed)
        run("landscape", "--network", "1", "--and", "2", "--data", "digits", "--cases", "100", "--points", "8", "-o", "network.html")
        network(folder / "network.html")


main()
