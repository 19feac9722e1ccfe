"""The time that checks wait by."""

from __future__ import annotations

import time

import pytest

from conformance import pace
from conformance.judge.tape import TapeClock


def test_time_is_this_machines_unless_another_clock_keeps_it() -> None:
    clock = TapeClock()
    before = time.monotonic()
    with pace.kept_by(clock):
        assert pace.monotonic() == 0.0
        pace.sleep(3600)
        assert pace.monotonic() == 3600.0
        clock.reach(5000.0)
        clock.reach(4000.0)
        assert pace.monotonic() == 5000.0
    assert before <= pace.monotonic() < before + 60
    with pytest.raises(KeyError), pace.kept_by(clock):
        raise KeyError
    assert pace.monotonic() < before + 60


def test_a_short_sleep_is_one() -> None:
    before = time.monotonic()
    pace.sleep(0.01)
    assert time.monotonic() - before >= 0.01
