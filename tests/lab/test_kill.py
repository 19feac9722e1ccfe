"""The harness killed at any moment: after `cleanup` the PBX is as it was before.

KPBX_KILLS says how many moments of a run are tried, KPBX_CLEANUP_KILLS how many of a cleanup;
`tox -e kills` tries a hundred of the one and twenty of the other.
"""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING, Any

import pytest

from conformance.lab.journal import journal_file
from tests.lab.killing import Assassin, described, emulated, harness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.emulator.server import EmulatorServer

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KPBX_KILLS", "2"))
CLEANUP_KILLS = int(os.environ.get("KPBX_CLEANUP_KILLS", "1"))
# A cleanup asks at least so often.
IN_A_CLEANUP = 20
# Each with about as many requests as its run sends.
PARTS = {
    "users.*": 700,
    "pbx.*": 1000,
    "phonebook.*": 700,
    "system.network.*": 400,
    "system.firmware.*": 100,
    "system.[hr]*": 60,
    "*": 2500,
}


def moment(draw: random.Random, requests: int) -> tuple[int, float]:
    """After how many requests, and how many seconds later."""
    return draw.randint(1, requests), draw.uniform(0, 0.01)


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_run_is_cleaned_up(
    number: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    draw = random.Random(f"kill {number}")  # noqa: S311 - repeatable
    part = draw.choice(sorted(PARTS))
    assassin = Assassin(signal.SIGKILL, draw.randint(20, PARTS[part]), draw.uniform(0, 0.01))
    with emulated(assassin) as server:
        file = described(server, tmp_path)
        before = server.pbx.snapshot()
        arguments = ("run", "--target", str(file), "--out", str(tmp_path), "--select", part)
        status, said = harness(assassin, *arguments)
        assert status == -signal.SIGKILL if assassin.struck else status == 0, said
        changed = server.pbx.snapshot() != before
        record_property("moment", f"{part}: struck {assassin.struck}, changed {changed}")
        finishes(server, file, before)


@pytest.mark.parametrize("number", range(CLEANUP_KILLS))
def test_killed_cleanup_is_finished_by_the_next(
    number: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    draw = random.Random(f"cleanup {number}")  # noqa: S311 - repeatable
    part = draw.choice(["pbx.*", "system.firmware.*", "system.network.*", "users.*"])
    assassin = Assassin(signal.SIGKILL, *moment(draw, PARTS[part]))
    with emulated(assassin) as server:
        file = described(server, tmp_path)
        before = server.pbx.snapshot()
        harness(assassin, "run", "--target", str(file), "--out", str(tmp_path), "--select", part)
        changed, struck = server.pbx.snapshot() != before, []
        for _ in range(2):
            assassin.lie_in_wait(*moment(draw, IN_A_CLEANUP))
            status, said = harness(assassin, "cleanup", "--target", str(file))
            struck.append(assassin.struck)
            assert status == -signal.SIGKILL if assassin.struck else status == 0, said
        record_property("moment", f"{part}: changed {changed}, cleanups struck {struck}")
        finishes(server, file, before)


def finishes(server: EmulatorServer, file: Path, before: dict[str, Any]) -> None:
    """The next cleanup leaves the PBX as it was before, and no journal."""
    status, said = harness(None, "cleanup", "--target", str(file))
    assert status == 0, said
    assert server.pbx.snapshot() == before
    assert server.lab.active == frozenset()
    assert not journal_file(server.url).exists()
