"""A headless Chromium spoken to over a pipe: load a page, ask it, collect what its console says."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any

from typed import sure

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
INSTALL = "no Chromium: the page is not tried in a browser; apt-get install chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def find() -> str | None:
    """The program, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def chromium(folder: Path) -> Iterator["Tab"]:
    """A tab of a new browser whose profile is in `folder`; both end with the block."""
    to_read, to_write = os.pipe()
    back_read, back_write = os.pipe()

    # The browser reads its descriptor 3 and writes 4, whatever numbers ours have here.
    script = f'exec 3<&{to_read} 4>&{back_write}; exec "$@"'
    command = ["bash", "-c", script, "bash", sure(find()), *FLAGS, f"--user-data-dir={folder}"]
    process = subprocess.Popen(
        command,
        pass_fds=(to_read, back_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(back_write)
    try:
        with os.fdopen(to_write, "wb") as out, os.fdopen(back_read, "rb") as back:
            browser = _Connection(out, back)
            yield Tab(browser)
            browser.send("Browser.close")
            process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class _Connection:
    def __init__(self, out: BufferedWriter, back: BufferedReader) -> None:
        self.out, self.back, self.sent = out, back, 0
        self.events: list[dict[str, Any]] = []

    def send(
        self,
        method: str,
        session: str | None = None,
        **parameters: Sequence[Mapping[str, Any]] | float | str,
    ) -> dict[str, Any]:
        """The browser's answer; events that come before it are kept."""
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.out.write(json.dumps(message).encode() + b"\0")
        self.out.flush()
        while True:
            answer = self.next()
            if answer.get("id") == self.sent:
                assert "error" not in answer, answer
                value: dict[str, Any] = answer["result"]
                return value
            self.events.append(answer)

    def next(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self.back.read(1)) != b"\0":
            assert byte, "the browser ended"
            data += byte
        value: dict[str, Any] = json.loads(data)
        return value


class Tab:
    """One page."""

    def __init__(self, browser: _Connection) -> None:
        self.browser = browser
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(
        self, method: str, **parameters: Sequence[Mapping[str, Any]] | float | str
    ) -> dict[str, Any]:
        return self.browser.send(method, self.session, **parameters)

    def open(
        self,
        path: Path,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        touch: bool = False,
    ) -> None:
        """Load a file in a window of a size, in light or dark mode."""
        self.browser.events.clear()
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if touch else 1,
            mobile=touch,
        )
        self.send("Emulation.setTouchEmulationEnabled", enabled=touch)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Page.navigate", url=path.resolve().as_uri())
        self.wait("Page.loadEventFired")

    def wait(self, event: str) -> None:
        while not any(e.get("method") == event for e in self.browser.events):
            self.browser.events.append(self.browser.next())

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression holds: what the mouse does reaches a page a little later."""
        for _ in range(100):
            if self.ask(expression):
                return
            time.sleep(0.05)
        raise AssertionError(f"never: {expression}")

    def complaints(self) -> list[Any]:
        """What the console said, exceptions, and requests for anything but the page."""
        self.ask("1")
        said = []
        for event in self.browser.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
                said.append((method, json.dumps(parameters)[:500]))
            if method == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith(("file:", "data:")):
                    said.append((method, url))
        return said

    def screenshot(self, path: Path, whole: bool = True) -> None:
        """Write a PNG of the page."""
        import base64

        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)[
            "data"
        ]
        path.write_bytes(base64.b64decode(data))
