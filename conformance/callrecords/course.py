"""How calls go: their times in order, their seconds within them; stated for any call record.

The guide shows what the tags are and says no more. So only what no way of counting explains is
judged, and only where most calls show it (times), or all (seconds): a clock that was set, or a
night in which the hour changed, makes single calls look odd.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.callrecords.clock import moment
from conformance.callrecords.kind import ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.callrecords.calls import Calls
    from conformance.callrecords.kind import Row

__all__ = ["in_order", "most", "seconds"]

# Fewer calls than this show no habit.
LEAST, MANY = 3, 10
CLEARED = "8"
ROUNDING = timedelta(seconds=2)
# Seconds may be counted in whole minutes, as they are billed.
BILLED = timedelta(minutes=1)
# Of a talk this long, seconds can't be a twentieth: that would be minutes.
LONG, PART = timedelta(minutes=2), 20


def most(rows: Sequence[Row], odd: Callable[[Row], bool | None]) -> list[Row]:
    """The odd calls among those that can be judged, if they are more than half of them.

    Args:
        rows: the calls.
        odd: whether a call is; None where it can't be judged.
    """
    judged = [(row, held) for row in rows if (held := odd(row)) is not None]
    found = [row for row, held in judged if held]
    return found if len(judged) >= LEAST and 2 * len(found) > len(judged) else []


def without_exception(rows: Sequence[Row], odd: Callable[[Row], bool | None]) -> list[Row]:
    """The odd calls, if they are many and all that can be judged.

    What the seconds of a call have to do with its times is not said: only where no call at all can
    be explained, what is counted is something else than seconds.
    """
    judged = [(row, held) for row in rows if (held := odd(row)) is not None]
    found = [row for row, held in judged if held]
    return found if len(judged) >= MANY and len(found) == len(judged) else []


def _between(row: Row, first: str, last: str) -> timedelta | None:
    """The time from one moment of a call to another; None where one is not shown.

    The answer of a call that nobody answered may be any timestamp (RD-20).
    """
    if "answer" in {first, last} and row["status"] != CLEARED:
        return None
    begin, end = moment(row[first]), moment(row[last])
    return end - begin if begin and end else None


def _backwards(first: str, last: str) -> Callable[[Row], bool | None]:
    def odd(row: Row) -> bool | None:
        time = _between(row, first, last)
        return None if time is None else time < -ROUNDING

    return odd


def in_order(calls: Calls) -> None:
    """State that calls start, are answered and end in this order.

    Raises:
        NonConformance: most of them do not.
    """
    for first, last in (("start", "answer"), ("answer", "end"), ("start", "end")):
        found = most(calls.reference.rows, _backwards(first, last))
        _state(calls, found, f"{first} no later than {last}", f"{last} before {first}")


def _counted(row: Row, tag: str) -> int:
    return int(row[tag]) if row[tag].isdecimal() else 0


def _longer(tag: str, first: str) -> Callable[[Row], bool | None]:
    def odd(row: Row) -> bool | None:
        time, counted = _between(row, first, "end"), _counted(row, tag)
        return None if time is None or not counted else counted > (time + BILLED).total_seconds()

    return odd


def _far_shorter(tag: str) -> Callable[[Row], bool | None]:
    def odd(row: Row) -> bool | None:
        time, counted = _between(row, "answer", "end"), _counted(row, tag)
        if time is None or time < LONG or not counted:
            return None
        return counted * PART < time.total_seconds()

    return odd


def seconds(calls: Calls, talk: str, others: Iterable[str] = ()) -> None:
    """State that what is counted is seconds (RD-47): no more than the call lasted, nor far less.

    Args:
        calls: the call record.
        talk: the tag that counts from the answer on.
        others: the tags that count other parts of the call.

    Raises:
        NonConformance: in no call it is.
    """
    rows = calls.reference.rows
    for tag, first in ((talk, "answer"), *((other, "start") for other in others)):
        _state(
            calls,
            without_exception(rows, _longer(tag, first)),
            f"{tag} in seconds",
            f"{tag} longer than it",
        )
    for tag in (talk, *(other for other in others if other == "duration")):
        _state(
            calls,
            without_exception(rows, _far_shorter(tag)),
            f"{tag} in seconds",
            f"{tag} far shorter",
        )


def _state(calls: Calls, found: list[Row], expected: str, said: str) -> None:
    requirement_id, exchange = calls.kind.requirement("course"), calls.reference.exchange
    observed = f"{said} in {len(found)} call(s), ids {ids(found)}"
    calls.check.that(requirement_id, not found, expected, observed, exchange)
