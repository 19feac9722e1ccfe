"""The harness killed at any moment: after `cleanup` the PBX is as it was before.

KPBX_KILLS says how many moments are tried; `tox -e kills` tries a hundred.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
from typing import TYPE_CHECKING

import pytest

from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from conformance.lab.journal import journal_file

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.emulator.requestline import RequestLine

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KPBX_KILLS", "5"))
# Each with the most requests after which it is killed: none of these runs is over by then.
PARTS = {
    "users.*": 900,
    "pbx.*": 1200,
    "phonebook.*": 900,
    "system.network.*": 500,
    "system.firmware.*": 120,
    "system.[hr]*": 40,
    "*": 2500,
}
HOOK = """
    import sys, urllib.request
    name, on = sys.argv[1:]
    url = f"{URL}/lab/{name}/{on}"
    urllib.request.urlopen(urllib.request.Request(url, method="PUT"), timeout=10)
"""
LONGEST_S = 240


class Assassin:
    """Kills a process when the PBX has answered so many of its requests."""

    def __init__(self, after: int, delay_s: float) -> None:
        self._left, self._delay_s = after, delay_s
        self.process: subprocess.Popen[str] | None = None
        self.struck = threading.Event()

    def __call__(self, _line: RequestLine) -> None:
        self._left -= 1
        if self._left == 0 and self.process is not None:
            threading.Timer(self._delay_s, self._strike).start()

    def _strike(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
        self.struck.set()


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


def harness(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "conformance", *arguments]


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_run_is_cleaned_up(number: int, tmp_path: Path) -> None:
    draw = random.Random(f"kill {number}")  # noqa: S311 - repeatable
    part = draw.choice(sorted(PARTS))
    assassin = Assassin(draw.randint(20, PARTS[part]), draw.uniform(0, 0.01))
    settings = EmulatorSettings(port=0, users=12, calls=40, boot_s=0.3, update_step_s=0.3)
    with EmulatorServer(settings, emulated_routes(), on_request=assassin) as server:
        file = described(server, tmp_path)
        before = server.pbx.snapshot()
        arguments = ["run", "--target", str(file), "--out", str(tmp_path), "--select", part]
        with subprocess.Popen(  # noqa: S603 - ourselves
            harness(*arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assassin.process = process
            said, _ = process.communicate(timeout=LONGEST_S)
        assert process.returncode in {-signal.SIGKILL, 0}, said
        changed = server.pbx.snapshot() != before
        cleaned = subprocess.run(  # noqa: S603 - ourselves
            harness("cleanup", "--target", str(file)),
            capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
        assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
        assert server.pbx.snapshot() == before, (part, changed, cleaned.stdout)
        assert server.lab.active == frozenset()
        assert not journal_file(server.url).exists()
