"""Calls found against calls expected, in words for a reader."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from conformance.callrecords import clock
from conformance.callrecords.kind import ids, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conformance.callrecords.kind import Row
    from conformance.callrecords.patterns import Oracle

__all__ = ["differences", "gap"]


def differences(
    tags: Sequence[str],
    known: Sequence[Row],
    found: Sequence[Row],
    oracle: Oracle,
    window: tuple[str, str],
) -> str:
    """What is wrong with the calls of an answer; empty if nothing is.

    Args:
        tags: the tags that count.
        known: the calls of a window.
        found: the calls of the answer.
        oracle: which calls belong in the answer; what it leaves open is not judged.
        window: begin and end of the window. Calls that ended outside of it are judged by what
            they show alone.
    """
    by_key = {key(row, tags): row for row in known}
    before = Counter(key(row, tags) for row in known)
    there = Counter(key(row, tags) for row in found)
    missing = [
        row for row in known if oracle(row) and there[key(row, tags)] < before[key(row, tags)]
    ]
    # A call that is known is judged as it is known: with all that masking and details may hide.
    unasked = [row for row in found if oracle(by_key.get(key(row, tags), row)) is False]
    inside = [row for row in found if window[0] < row["end"] < window[1]]
    more = [row for row in inside if there[key(row, tags)] > before[key(row, tags)]]
    return "; ".join(_in_words(missing, unasked, more))


def _in_words(missing: list[Row], unasked: list[Row], more: list[Row]) -> Iterator[str]:
    lost, strange = {row["id"] for row in missing}, {row["id"] for row in more}
    for said, rows in (
        ("missing", [row for row in missing if row["id"] not in strange]),
        ("not asked for", unasked),
        ("with other values than before", [row for row in more if row["id"] in lost]),
        ("not there before, or more often", [row for row in more if row["id"] not in lost]),
    ):
        if rows:
            yield f"{len(rows)} call(s) {said}: ids {ids(rows)}"


def gap(rows: Iterable[Row], index: int) -> str:
    """A moment at which no call ends, as soon as possible after the call of an index.

    Empty if the calls end too close together.
    """
    moments = sorted(filter(None, (clock.moment(row["end"]) for row in rows)))
    pairs = list(pairwise(moments))
    first = min(max(index, 0), len(pairs))
    for before, after in pairs[first:] + pairs[:first][::-1]:
        if after - before > timedelta(seconds=1):
            return clock.written(before + timedelta(seconds=1))
    return ""
