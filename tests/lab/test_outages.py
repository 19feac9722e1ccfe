"""A PBX that dies, hangs or reboots too slowly: noticed, reported, and never asked again."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from conformance.lab.journal import journal_file
from tests.lab.killing import described, harness

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.emulator.requestline import RequestLine

pytestmark = pytest.mark.slow


class Fate:
    """Something that befalls a PBX after so many requests of some kind."""

    def __init__(self, after: int, what: str = "") -> None:
        self._left, self._what = after, what
        self.server: EmulatorServer | None = None
        self.befallen = threading.Event()
        self.lines: list[str] = []

    def __call__(self, line: RequestLine) -> None:
        """Count a request."""
        self.lines.append(str(line))
        self._left -= self._what in str(line)
        if self._left == 0:
            threading.Thread(target=self._befall).start()

    def _befall(self) -> None:
        assert self.server is not None
        self.server.stop()
        self.befallen.set()


def results_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(next(folder.glob("*/results.json")).read_text("utf-8"))
    return found


def test_a_pbx_that_dies(tmp_path: Path) -> None:
    fate, out = Fate(150), tmp_path / "out"
    settings = EmulatorSettings(port=0, users=12, calls=40)
    with EmulatorServer(settings, emulated_routes(), on_request=fate) as server:
        fate.server = server
        before = server.pbx.snapshot()
        file = described(server, tmp_path)
        began = time.monotonic()
        arguments = ("run", "--target", str(file), "--out", str(out), "--select", "users.configs.*")
        status, said = harness(None, *arguments)
        assert time.monotonic() - began < 60
        assert fate.befallen.is_set()
        results = results_in(out)
        assert status in {1, 4}, said
        assert not results["complete"]
        finding = results["stopped_answering"]
        assert finding["said"].startswith("The PBX stopped answering at ")
        assert finding["said"] in said
        assert finding["exchanges"][-1]["response"] is None
        assert finding["exchanges"][-1]["lost"]
        reasons = {row["reason"] for row in results["requirements"] if row["verdict"] == "none"}
        assert any("stopped answering" in reason for reason in reasons)
        assert not results["as_found"]["compared"]
        page = (next(out.glob("*")) / "report.html").read_text(encoding="utf-8")
        assert "The PBX stopped answering" in page
        assert "kpbx-conformance cleanup" in said
        server.start()
        status, said = harness(None, "cleanup", "--target", str(file))
        assert status == 0, said
        assert server.pbx.snapshot() == before


def test_a_pbx_that_dies_while_a_passed_check_tidies_up(tmp_path: Path) -> None:
    fate, out = Fate(1, "DELETE /rest/users/configs/"), tmp_path / "out"
    settings = EmulatorSettings(port=0, users=12, calls=40)
    with EmulatorServer(settings, emulated_routes(), on_request=fate) as server:
        fate.server = server
        file, check = described(server, tmp_path), "users.configs.post.stored"
        arguments = ("run", "--target", str(file), "--out", str(out), "--select", check)
        status, said = harness(None, *arguments)
        assert fate.befallen.is_set()
        results = results_in(out)
        assert results["summary"]["fail"] == results["summary"]["error"] == 0
        assert results["summary"]["pass"] > 0
        assert not results["complete"]
        assert status == 1, said


def test_a_pbx_that_reboots_too_slowly(tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = EmulatorSettings(port=0, users=12, calls=40, boot_s=12)
    with EmulatorServer(settings, emulated_routes()) as server:
        file = described(server, tmp_path)
        file.write_text(file.read_text().replace("reboot_timeout_s = 20", "reboot_timeout_s = 3"))
        arguments = ("run", "--target", str(file), "--out", str(out))
        status, said = harness(None, *arguments, "--select", "system.restart.*")
        results = results_in(out)
        assert status == 1, said
        assert results["stopped_answering"]["said"] == "The PBX did not come back within 3 s"
        failed = [row for row in results["requirements"] if row["verdict"] == "fail"]
        assert [row["id"] for row in failed] == ["system.restart.put.reboots"], failed
        assert not [row for row in results["requirements"] if row["verdict"] == "error"]
        while not server.pbx.power.answering:
            time.sleep(0.1)
        status, said = harness(None, "cleanup", "--target", str(file))
        assert status == 0, said
        assert not journal_file(server.url).exists()
