"""What the guide says of begin, end and start_flag, stated for any call record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.callrecords import clock
from conformance.callrecords.calls import Calls, Request
from conformance.callrecords.clock import moment, written
from conformance.callrecords.comparison import gap
from conformance.callrecords.kind import ids
from conformance.callrecords.patterns import ended, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.callrecords.kind import Row

__all__ = [
    "default_begin",
    "default_end",
    "interval",
    "no_tags",
    "reversed_intervals",
    "start_flag",
]

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
LONG_CALL = timedelta(seconds=4)
MONTH_EDGES = tuple(timedelta(hours=hours) for hours in (1, 12, 72, 240, 744))
FEW = 3
FOREVER = "9999-12-31 23:59:59"


def interval(calls: Calls) -> None:
    """State that an interval selects the calls that end in it, and all of them.

    Raises:
        NonConformance: it does not.
        Inconclusive: the calls of this SUT don't show it.
    """
    reference = calls.reference
    rows, requirement_id = reference.rows, calls.kind.requirement("interval")
    edges = [gap(rows, len(rows) * part // FEW) for part in range(FEW)]
    edges = list(dict.fromkeys(filter(None, edges)))
    marks = sorted({reference.begin, *edges, reference.end})
    around = [pair for row in rows[:: max(1, len(rows) // FEW)] for pair in _around(row)]
    for begin, end in (*pairwise(marks), *around):
        exchange = calls.answered(replace(calls.window, begin=begin, end=end))
        calls.state(requirement_id, exchange, ended(begin, end), f"{begin} to {end}")
    if not edges:
        calls.check.inconclusive("the calls all end at the same time")


def _around(row: Row) -> Iterator[tuple[str, str]]:
    """The second of a call's end, the minute before it and the minute after it."""
    end = moment(row["end"])
    if end is not None:
        minute = timedelta(minutes=1)
        yield written(end - SECOND), written(end + SECOND)
        yield written(end - minute), written(end - SECOND)
        yield written(end + SECOND), written(end + minute)


# --- start_flag ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Straddle:
    """An interval at whose edge some call starts on one side and ends on the other."""

    begin: str
    end: str


def straddles(calls: Calls) -> list[Straddle]:
    """Intervals that begin, or end, during a call: for a long call of each direction."""
    found = []
    for row in _long_calls(calls.reference.rows):
        start, end = moment(row["start"]), moment(row["end"])
        assert start is not None  # noqa: S101 - a long call has both
        assert end is not None  # noqa: S101
        middle = start + timedelta(seconds=(end - start).total_seconds() // 2)
        first, last = moment(calls.reference.begin), moment(calls.reference.end)
        assert first is not None  # noqa: S101
        assert last is not None  # noqa: S101
        if first < start and end < last:
            found.append(Straddle(written(middle), written(min(middle + DAY, last))))
            found.append(Straddle(written(max(middle - DAY, first)), written(middle)))
    return found


def _long_calls(rows: tuple[Row, ...]) -> list[Row]:
    """The longest call of each direction."""

    def length(row: Row) -> timedelta:
        start, end = moment(row["start"]), moment(row["end"])
        return end - start if start and end else timedelta()

    longest: dict[str, Row] = {}
    for row in rows:
        best = longest.get(row["direction"])
        if length(row) >= LONG_CALL and (best is None or length(row) > length(best)):
            longest[row["direction"]] = row
    return [longest[direction] for direction in sorted(longest)]


def start_flag(calls: Calls, *, flag: bool | None) -> None:
    """State that start_flag decides whether a call's start counts, or its end.

    Raises:
        NonConformance: it does not.
        Inconclusive: no call of this SUT lies on an edge.
    """
    found = straddles(calls)
    requirement_id = calls.kind.requirement(f"start-flag-{'true' if flag else 'false'}")
    for place in found:
        request = replace(calls.window, begin=place.begin, end=place.end, start_flag=flag)
        exchange = calls.answered(request)
        oracle = (started if flag else ended)(place.begin, place.end)
        said = {True: "true", False: "false", None: "missing"}[flag]
        said = f"start_flag {said}, {place.begin} to {place.end}"
        calls.state(requirement_id, exchange, oracle, said)
    if not found:
        calls.check.inconclusive("no call lasts long enough to lie on an edge")


# --- defaults -----------------------------------------------------------------------------------


def first_of_month(calls: Calls) -> datetime:
    """When the month began on the PBX.

    Raises:
        Inconclusive: the PBX's time is unknown.
    """
    month = calls.reference.clock.month
    if month is None:
        calls.check.inconclusive(f"the month may just begin: {calls.reference.clock.said}")
    return month


def default_begin(calls: Calls) -> None:
    """State that without begin an interval begins on the first of the month, at 00:00.

    Raises:
        NonConformance: it does not.
        Inconclusive: the calls of this SUT don't show it.
    """
    month, last = first_of_month(calls), moment(calls.reference.end)
    if last is None or last <= month:
        calls.check.inconclusive("the month has only just begun on the PBX")
    before, after, end = _beside(calls, month, last)
    request = replace(calls.window, begin=None, end=written(end))
    exchange = calls.answered(request, "default-begin")
    found = calls.kind.rows(exchange)
    missing = [row for row in after if row["end"] < written(end) and row not in found]
    early = [row for row in found if row["end"] < written(month)]
    expected = f"for no begin, end {written(end)}: the calls that end from {written(month)} on"
    observed = f"{len(missing)} of them missing, {len(early)} earlier call(s)"
    requirement_id = calls.kind.requirement("default-begin")
    calls.check.that(requirement_id, not (missing or early), expected, observed, exchange)
    if not (before and after):
        calls.check.inconclusive("no calls on both sides of the first of the month")


def _beside(calls: Calls, month: datetime, last: datetime) -> tuple[list[Row], list[Row], datetime]:
    """The calls before and after the first of the month, and when the latter end."""

    def between(begin: datetime, end: datetime) -> list[Row]:
        window = replace(calls.window, begin=written(begin), end=written(end))
        rows = calls.kind.rows(calls.answered(window))
        oracle = ended(written(begin), written(end))
        return [row for row in rows if oracle(row)]

    before: list[Row] = []
    after: list[Row] = []
    end = last
    for reach in MONTH_EDGES:
        before = before or between(month - reach, month)
        if not after:
            end = min(month + reach, last)
            after = between(month, end)
    return before, after, end


def default_end(calls: Calls) -> None:
    """State that a missing or empty end means now.

    Raises:
        NonConformance: it does not.
    """
    reference = calls.reference
    begin = gap(reference.rows, len(reference.rows) - 20) or reference.begin
    requirement_id = calls.kind.requirement("default-end")
    late = written(reference.clock.utc + clock.EASTERNMOST + DAY)
    # No call has ended in the future: all of these have ended when the next request comes.
    known = calls.kind.rows(calls.answered(replace(calls.window, begin=begin, end=late)))
    for end, said in ((None, "without end"), ("", "with an empty end")):
        request = replace(calls.window, begin=begin, end=end)
        exchange = calls.answered(request, "default-end")
        oracle = ended(begin, FOREVER)
        calls.state(requirement_id, exchange, oracle, f"{begin} {said}")
        found = calls.kind.rows(exchange)
        missing = [row for row in known if oracle(row) and row not in found]
        expected = f"for {begin} {said}: the {len(known)} call(s) that end {late} brings"
        observed = f"missing: ids {ids(missing)}"
        calls.check.that(requirement_id, not missing, expected, observed, exchange)
    calls.check.remark(requirement_id, f"{reference.clock.said} (RD-41)")


def no_tags(calls: Calls) -> None:
    """State that the self-closing tag brings the calls of this month.

    Raises:
        NonConformance: it does not.
        Inconclusive: the calls of this SUT don't show it.
    """
    exchange = calls.answered(Request(), "no-tags")
    month = written(first_of_month(calls))
    wrong = calls.difference(exchange, ended(month, FOREVER), calls.kind.open_tags)
    expected = f"the calls that ended since {month}"
    calls.check.that(calls.kind.requirement("no-tags"), not wrong, expected, wrong, exchange)
    if calls.reference.end <= month:
        calls.check.inconclusive("the month has only just begun on the PBX")


def reversed_intervals(calls: Calls) -> Iterator[Request]:
    """Intervals that end before they begin: by a second, by hours of one day, by a year."""
    last = moment(calls.window.end or "")
    assert last is not None  # noqa: S101 - the window was written by us
    noon = last.replace(hour=12, minute=30, second=30) - DAY
    for earlier in (SECOND, timedelta(hours=11), 365 * DAY):
        yield replace(calls.window, begin=written(noon), end=written(noon - earlier))
