"""The harness killed at any moment: after `cleanup` the PBX is as it was before.

KPBX_KILLS says how many moments are tried; `tox -e kills` tries a hundred.
"""

from __future__ import annotations

import os
import random
import signal
from typing import TYPE_CHECKING

import pytest

from conformance.lab.journal import journal_file
from tests.lab.killing import Assassin, described, emulated, harness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KPBX_KILLS", "2"))
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
        status, said = harness(None, "cleanup", "--target", str(file))
        record_property("moment", f"{part}: struck {assassin.struck}, changed {changed}")
        assert status == 0, said
        assert server.pbx.snapshot() == before
        assert server.lab.active == frozenset()
        assert not journal_file(server.url).exists()
