"""A headless Chromium that a test drives, by the W3C's WebDriver protocol and Python's standard library alone.

    with Browser(width=1280, height=900) as browser:
        browser.open("page.html")
        assert browser.run("return document.title") == "..."

`browser.messages()` is what the console says, `browser.requests()` the addresses that were asked for, both since the last call: nothing,
and the page itself alone, if it keeps to itself.
"""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SKIP = 77  # what ctest takes for a test that was skipped
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"left": "\ue012", "up": "\ue013", "right": "\ue014", "down": "\ue015", "enter": "\ue007", "tab": "\ue004", "space": " "}


def find_programs():
    """The paths of Chromium and of its driver; ends the test as skipped where one is absent."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        print("Skipped: chromium and chromedriver are not both installed.")
        sys.exit(SKIP)
    return chromium, driver


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    def __init__(self, width=1280, height=900, dark=False, mobile=False, reduced_motion=False):
        self.width, self.height, self.dark, self.mobile, self.reduced_motion = width, height, dark, mobile, reduced_motion

    def __enter__(self):
        chromium, driver = find_programs()
        self.profile = tempfile.mkdtemp(prefix="gradus-browser-")
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.driver = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._start(chromium)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        try:
            self._send("DELETE", "")
        finally:
            self._end()

    def _start(self, chromium):
        arguments = ["--headless=new", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                     "--disable-sync", "--no-first-run", "--hide-scrollbars", f"--user-data-dir={self.profile}",
                     f"--window-size={self.width},{self.height}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        if self.reduced_motion:
            arguments.append("--force-prefers-reduced-motion")
        body = {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": chromium, "args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}}
        deadline = time.monotonic() + 60
        while True:
            try:
                self.address += "/session/" + self._send("POST", "/session", body)["sessionId"]
                break
            except urllib.error.URLError:  # the driver is not yet listening
                if isinstance(sys.exc_info()[1], urllib.error.HTTPError) or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        self.resize(self.width, self.height, self.mobile)
        self.set_dark(self.dark)
        self.messages(), self.requests()  # of the browser's own start

    def _end(self):
        self.driver.terminate()
        self.driver.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)

    def _send(self, method, path, body=None):
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def command(self, name, **parameters):
        """A command of Chromium's own protocol."""
        return self._send("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def resize(self, width, height, mobile=False):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, mobile=mobile,
                     deviceScaleFactor=2 if mobile else 1)

    def set_dark(self, dark):
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, path):
        self._send("POST", "/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def run(self, script, *arguments):
        """What the script returns; it sees its arguments as arguments[0], …"""
        return self._send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, seconds=10):
        """Waits until the script returns something true, and returns it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := self.run(script):
                return found
            time.sleep(0.05)
        raise AssertionError(f"After {seconds} seconds this is still not true: {script}")

    def element(self, selector):
        return self._send("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self._send("POST", f"/element/{self.element(selector)}/click")

    def press(self, selector, keys):
        """Keys for an element: text, or one of KEYS by its name."""
        self._send("POST", f"/element/{self.element(selector)}/value", {"text": KEYS.get(keys, keys)})

    def move_to(self, x, y):
        self._act([self._move(x, y)])

    def click_at(self, x, y):
        self.drag([(x, y)])

    def drag(self, points):
        """Presses the mouse at the first of the points in the window, and lets it go at the last."""
        first, *others = (self._move(x, y) for x, y in points)
        self._act([first, {"type": "pointerDown", "button": 0}, *others, {"type": "pointerUp", "button": 0}])

    def _move(self, x, y):
        return {"type": "pointerMove", "duration": 30, "x": round(x), "y": round(y), "origin": "viewport"}

    def _act(self, actions):
        self._send("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
                                                     "actions": actions}]})

    def screenshot(self, path, whole=True):
        """A picture of the window, or of the whole page."""
        options = {"captureBeyondViewport": True} if whole else {}
        picture = self.command("Page.captureScreenshot", format="png", **options)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(picture))

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def _log(self, kind):
        return self._send("POST", "/se/log", {"type": kind})

    def messages(self):
        return [entry["message"] for entry in self._log("browser")]

    def requests(self):
        found = []
        for entry in self._log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found
