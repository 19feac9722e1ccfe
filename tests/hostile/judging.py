"""One bad answer put before the harness, as a run does it: from the request to the results."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.check import Check
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from conformance.report.ledger import Ledger
from conformance.run import Run, Settings
from conformance.verdict import Inconclusive, NonConformance, Verdict
from tests.hostile.overlay import Overlay, Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["behind", "judged", "opened"]


@contextmanager
def behind(line: str) -> Iterator[Overlay]:
    """An emulated PBX, behind an overlay that may spoil one of its endpoints."""
    settings = EmulatorSettings(users=12, calls=60, boot_s=0.1, update_step_s=0.1)
    with (
        EmulatorServer(settings, emulated_routes()) as server,
        Overlay(server.url, line) as overlay,
        Recorder() as elsewhere,
    ):
        overlay.elsewhere = elsewhere.url.encode().ljust(len(overlay.elsewhere), b"/")
        yield overlay
        assert not elsewhere.seen, "something was sent, or fetched, elsewhere"


@contextmanager
def opened(url: str) -> Iterator[Run]:
    """A run that has made its first contact."""
    run = Run(Settings(url=url))
    run.open()
    yield run
    run.close()


def judged(run: Run, line: str, about: str, timeout_s: float = 10.0) -> dict[str, Any]:
    """The row of the results that a check of one endpoint leads to, alone."""
    run.sut.client.connection = replace(run.sut.client.connection, timeout_s=timeout_s)
    check = Check(run.sut, [run.catalogue.requirements[about]])
    check.end(Verdict.PASS, "")
    try:
        check.call(line)
    except NonConformance as found:
        check.end(Verdict.INCONC, f"not reached: {found}")
    except Inconclusive as reason:
        check.end(Verdict.INCONC, str(reason))
    check.finish()
    run.ledger = Ledger()
    run.ledger.add(run.recorder.check("corpus", check, check.settle()))
    rows = run.results()["requirements"]
    row: dict[str, Any] = next(row for row in rows if row["id"] == about)
    json.dumps([row, run.ledger.har])
    return row
