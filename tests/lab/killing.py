"""A PBX that strikes down the harness in the middle of a run."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.emulator.requestline import RequestLine

__all__ = ["LONGEST_S", "Assassin", "described", "emulated", "harness"]

LONGEST_S = 240
HOOK = """
    import sys, urllib.request
    name, on = sys.argv[1:]
    url = f"{URL}/lab/{name}/{on}"
    urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=10)
"""


class Assassin:
    """Sends a process a signal when the PBX has answered so many of its requests."""

    def __init__(self, signal: int, after: int, delay_s: float = 0.0) -> None:
        self._signal = signal
        self.process: subprocess.Popen[str] | None = None
        self.lie_in_wait(after, delay_s)

    def lie_in_wait(self, after: int, delay_s: float) -> None:
        """Strike once more, so many requests from now and that many seconds later."""
        self._left, self._delay_s, self.struck = after, delay_s, False

    def __call__(self, _line: RequestLine) -> None:
        """Count a request."""
        self._left -= 1
        if self._left == 0:
            threading.Timer(self._delay_s, self._strike).start()

    def _strike(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self._signal)
            self.struck = True


def emulated(assassin: Assassin) -> EmulatorServer:
    """A small PBX with an assassin inside."""
    settings = EmulatorSettings(port=0, users=12, calls=40, boot_s=0.3, update_step_s=0.3)
    return EmulatorServer(settings, emulated_routes(), on_request=assassin)


def described(server: EmulatorServer, folder: Path) -> Path:
    """A target file for the emulator that allows everything, with a hook for its conditions."""
    facts = server.facts
    hook = folder / "hook.py"
    hook.write_text(f"URL = {server.url!r}\n{textwrap.dedent(HOOK)}", encoding="utf-8")
    file = folder / "lab.toml"
    text = f"""
        [target]
        url = "{server.url}"
        timeout_s = 5
        [pixit]
        extensions = "{facts.extensions}"
        callgroup_selections = "{facts.callgroup_selections}"
        route_destination = "198.51.100.0/24"
        reboot_timeout_s = 20
        [safety]
        allow = ["config", "network", "service", "reboot", "halt"]
        [lab]
        hook = ["{sys.executable}", "hook.py"]
    """
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def harness(assassin: Assassin | None, *arguments: str) -> tuple[int, str]:
    """Run a command of the harness; its exit status, and all that it said."""
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "conformance", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        if assassin is not None:
            assassin.process = process
        said, _ = process.communicate(timeout=LONGEST_S)
    return process.returncode, said
