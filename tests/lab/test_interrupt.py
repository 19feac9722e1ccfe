"""A run that is interrupted: it cleans up and writes its report; at the second time it stops."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from conformance.lab.journal import journal_file
from tests.lab.killing import Assassin, described, emulated, harness

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_cleans_up_and_reports(number: int, tmp_path: Path) -> None:
    assassin = Assassin(number, 150)
    with emulated(assassin) as server:
        file = described(server, tmp_path)
        before = server.pbx.snapshot()
        out = tmp_path / "out"
        arguments = ("run", "--target", str(file), "--out", str(out), "--select", "users.configs.*")
        status, said = harness(assassin, *arguments)
        assert assassin.struck
        assert server.pbx.snapshot() == before
        assert not journal_file(server.url).exists()
    results = json.loads(next(out.glob("*/results.json")).read_text(encoding="utf-8"))
    assert not results["complete"]
    assert results["as_found"] == {"compared": True, "differences": [], "unread": [], "left": []}
    assert results["summary"]["pass"] > 0
    assert results["summary"]["fail"] == 0, said
    assert status == 4, "what was not judged is not said to conform"
    assert "The run is not complete" in said
    assert (next(out.glob("*")) / "report.html").exists()
