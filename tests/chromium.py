"""A page in headless Chromium: looked at, and worked with, as its reader would.

Chromium's DevTools protocol over two pipes: JSON messages that end in a zero byte.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

__all__ = ["EXECUTABLE", "Chromium"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
EXECUTABLE = next((found for name in NAMES if (found := shutil.which(name))), None)
# The machine may be busy with something else.
PATIENCE_S = 300
KEYS = {
    "Enter": (13, "\r"), "Escape": (27, ""), "Tab": (9, ""), " ": (32, " "), "Home": (36, ""),
    "End": (35, ""), "PageUp": (33, ""), "PageDown": (34, ""), "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, ""),
}  # fmt: skip
CONTROL = 2
# The DevTools protocol is read from the third file and written to the fourth.
READS, WRITES = 3, 4


class Chromium:
    """A browser with one page, for as long as it is entered.

    Raises:
        TimeoutError: the browser does not answer.
        RuntimeError: it answers with an error, or a script throws.
    """

    def __init__(self, profile: Path) -> None:
        assert EXECUTABLE
        self._command = [
            EXECUTABLE, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--no-first-run", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
            "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank",
        ]  # fmt: skip
        self._stack = ExitStack()
        self._last = 0
        self._session = ""
        self._rest = b""
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        # Out of the way of the two numbers that the browser expects.
        safe = [fcntl.fcntl(one, fcntl.F_DUPFD, 50) for one in (theirs_in, theirs_out)]

        def wire() -> None:
            os.dup2(safe[0], READS)
            os.dup2(safe[1], WRITES)

        process = subprocess.Popen(  # noqa: S603 - a browser, with our own arguments
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=wire,  # noqa: PLW1509 - no threads here
            pass_fds=(READS, WRITES),
            start_new_session=True,
        )
        for one in (theirs_in, theirs_out, *safe):
            os.close(one)
        self._stack.callback(process.wait)
        self._stack.callback(os.killpg, process.pid, signal.SIGKILL)
        self._stack.callback(os.close, self._in)
        self._stack.callback(os.close, self._out)
        (page,) = (
            one
            for one in self.ask("Target.getTargets")["targetInfos"]
            if one["type"] == "page"
        )  # fmt: skip
        attached = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Performance.enable", timeDomain="threadTicks")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def ask(self, method: str, **params: Any) -> Any:
        """One command of the protocol and its result."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            got = self._message()
            if got.get("id") == self._last:
                if "error" in got:
                    raise RuntimeError(f"{method}: {got['error']['message']}")
                return got["result"]
            self._hear(got)

    def _hear(self, event: dict[str, Any]) -> None:
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(event["params"]["exceptionDetails"])[:400])
        elif event.get("method") == "Log.entryAdded":
            self.errors.append(str(event["params"]["entry"]["text"]))

    def _message(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError(f"Chromium said nothing for {PATIENCE_S} s")
            more = os.read(self._in, 1 << 20)
            if not more:
                raise RuntimeError("Chromium has ended")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found

    def show(self, file: Path, *, scripts: bool = True) -> None:
        """Load a file and wait until it is there."""
        self.errors.clear()
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.ask("Page.navigate", url=file.as_uri())
        until = time.monotonic() + PATIENCE_S
        here = (
            f"document.readyState === 'complete' && location.href === {json.dumps(file.as_uri())}"
        )
        while not self.run(here):
            if time.monotonic() > until:
                raise TimeoutError(f"{file} is not loaded after {PATIENCE_S} s")
            time.sleep(0.1)

    def run(self, script: str) -> Any:
        """The value of an expression in the page, which may be a promise."""
        got = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise RuntimeError(f"{script}: {got['exceptionDetails']}")
        return got["result"].get("value")

    def press(self, *keys: str) -> None:
        """Keys, one after the other; `Control+Home` with the control key held."""
        for key in keys:
            held, _, name = key.rpartition("+")
            code, text = KEYS[name]
            about = {
                "key": name,
                "code": "Space" if name == " " else name,
                "windowsVirtualKeyCode": code,
                "modifiers": CONTROL if held else 0,
            }
            self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **about)

    def resize(self, width: int, height: int) -> None:
        """Give the window a size in pixels."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def metrics(self) -> dict[str, float]:
        """What the page has cost so far, in seconds of its thread."""
        return {one["name"]: one["value"] for one in self.ask("Performance.getMetrics")["metrics"]}

    def picture(self, file: Path) -> None:
        """A picture of what the window shows, as PNG."""
        data = self.ask("Page.captureScreenshot", format="png")["data"]
        file.write_bytes(base64.b64decode(data))

    def printed(self) -> bytes:
        """The page printed, as PDF."""
        data = self.ask("Page.printToPDF", printBackground=False, preferCSSPageSize=True)["data"]
        return base64.b64decode(data)
