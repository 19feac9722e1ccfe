from __future__ import annotations

from conformance.callrecords.comparison import differences, gap
from tests.callrecords.rows import KIND, row

WINDOW = ("2014-05-20 10:00:00", "2014-05-20 10:30:00")
KNOWN = [row(number) for number in range(3)]


def compare(found: list[dict[str, str]]) -> str:
    return differences(KIND.tags, KNOWN, found, lambda one: one["id"] != "2", WINDOW)


def test_nothing_is_wrong_in_any_order() -> None:
    assert not compare([KNOWN[1], KNOWN[0]])


def test_missing_surplus_changed_and_doubled_calls_are_named() -> None:
    assert compare([KNOWN[0]]) == "1 call(s) missing: ids 1"
    assert compare(KNOWN) == "1 call(s) not asked for: ids 2"
    assert "with other values than before: ids 1" in compare([KNOWN[0], row(1, status="4")])
    assert "more often: ids 0, 0" in compare([KNOWN[0], KNOWN[0], KNOWN[1]])


def test_calls_from_outside_the_window_are_judged_by_themselves() -> None:
    assert not compare([*KNOWN[:2], row(40)])
    assert "not there before" in compare([*KNOWN[:2], row(20)])


def test_gap_lies_after_a_call_and_beside_no_other() -> None:
    assert gap(KNOWN, 1) == "2014-05-20 10:02:01"
    close = [row(1), row(2, end="2014-05-20 10:02:01")]
    assert not gap(close, 0)
    assert not gap([row(1)], 0)
