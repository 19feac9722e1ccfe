"""What the guide says of `<filter>`, stated for any call record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.callrecords.choices import ENUMERATED, Choices
from conformance.callrecords.kind import Row, key
from conformance.callrecords.patterns import Selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.callrecords.calls import Calls

__all__ = ["combined", "everywhere", "exact", "excludes_others", "wildcard"]

# Frequent in numbers and in names of most languages: a field that is shown empty, but is not,
# answers to one of them.
FREQUENT = ("%0%", "%1%", "%a%", "%e%")


def choices(calls: Calls) -> Choices:
    """What to filter by on this SUT."""
    reference = calls.reference
    return Choices(calls.kind, reference.rows, masked=reference.masked)


def exact(calls: Calls, tag: str) -> None:
    """State that a filter selects by exact value.

    Raises:
        NonConformance: it does not.
        Inconclusive: the calls of this SUT don't show it.
    """
    words, chosen = f"filter-{tag}", choices(calls)
    values = chosen.exact(tag)
    if not values:
        _nothing_shown(calls, tag)
    for value in (*values, *chosen.fragments(tag), *filter(None, [chosen.nothing(tag)])):
        calls.select(words, {tag: value})
    if len({row[tag] for row in calls.reference.rows}) == 1:
        calls.check.inconclusive(f"all calls have the same {tag}")


def _nothing_shown(calls: Calls, tag: str) -> None:
    if calls.reference.masked and tag in {*calls.kind.names, *calls.kind.external.values()}:
        calls.check.inconclusive(f"{tag} is masked: the target file gives no privacy password")
    for pattern in FREQUENT:
        calls.select(f"filter-{tag}", {tag: pattern})
    calls.check.inconclusive(f"no call has a {tag} to filter by")


def wildcard(calls: Calls, form: str) -> None:
    """State that % at an end (or both) stands for any characters, in all but enumerated filters.

    Raises:
        NonConformance: it does not.
        Inconclusive: the calls of this SUT don't show it.
    """
    chosen, seen = choices(calls), False
    for tag in calls.kind.filters:
        if tag in ENUMERATED:
            continue
        for pattern in chosen.wildcards(tag, form):
            calls.select(f"wildcard-{form}", {tag: pattern})
            seen = True
    if not seen:
        calls.check.inconclusive(f"no call has a value that shows a wildcard ({form})")


def combined(calls: Calls) -> None:
    """State that several filters select the calls that match all of them.

    Raises:
        NonConformance: they do not.
        Inconclusive: the calls of this SUT don't show it.
    """
    chosen, seen = choices(calls), False
    for pair in chosen.pairs():
        calls.select("filters-combined", pair.filters)
        seen = True
    for three in chosen.triples():
        calls.select("filters-combined", three)
    if (exclusive := chosen.exclusive()) is not None:
        calls.select("filters-combined", exclusive)
    if many := _many(chosen, calls):
        calls.select("filters-combined", many)
    if not seen:
        calls.check.inconclusive("no two filters select less together than alone")


def _many(chosen: Choices, calls: Calls) -> dict[str, str]:
    """All filters that fit one call: the one with most of them."""
    values = {tag: chosen.values(tag) for tag in calls.kind.filters}

    def fitting(row: Row) -> dict[str, str]:
        return {tag: row[tag] for tag, known in values.items() if row[tag] in known}

    return max(map(fitting, calls.reference.rows), key=len)


def telling(calls: Calls) -> dict[str, str]:
    """For each tag that `<any>` is sure to search, a value that few calls have, and only there."""
    chosen, found = choices(calls), {}
    rows = calls.reference.rows
    for tag in calls.kind.texts:
        values = chosen.values(tag)

        def elsewhere(value: str, tag: str = tag) -> int:
            others = [other for other in calls.kind.tags if other != tag]
            return sum(row[tag] == value and value in key(row, others) for row in rows)

        rare = sorted(values, key=lambda value: (values[value], value))[:8]
        if rare:
            found[tag] = min(rare, key=elsewhere)
    return found


def everywhere(calls: Calls) -> None:
    """State that `<any>` is searched in all fields, exactly and with wildcards.

    Raises:
        NonConformance: it is not.
        Inconclusive: the calls of this SUT don't show it.
    """
    values = telling(calls)
    chosen = choices(calls)
    for tag, value in values.items():
        patterns = [p for form in ("end", "start", "both") for p in chosen.wildcards(tag, form)[:1]]
        for pattern in (value, *patterns):
            calls.select("any", {"any": pattern})
    calls.select("any", {"any": "no such value here"})
    if len(values) < len(calls.kind.texts):
        blank = ", ".join(tag for tag in calls.kind.texts if tag not in values)
        calls.check.remark(calls.kind.requirement("any"), f"no call has a {blank} to search for")
    if not values:
        calls.check.inconclusive("no call has a text to search for")


def excludes_others(calls: Calls) -> None:
    """State that beside `<any>` the other filters do not count.

    Raises:
        NonConformance: they do.
        Inconclusive: the calls of this SUT don't show it.
    """
    values = telling(calls)
    if not values:
        calls.check.inconclusive("no call has a text to search for")
    for value in list(values.values())[:3]:
        for tag, other in _contradictions(calls, value).items():
            calls.select("any-excludes-others", {"any": value, tag: other})


def _contradictions(calls: Calls, value: str) -> Mapping[str, str]:
    """Filters that would leave out what `<any>` finds."""
    oracle = Selection(calls.kind, {"any": value}, masked=calls.reference.masked)
    found = [row for row in calls.reference.rows if oracle(row)]
    chosen, others = choices(calls), {}
    for tag in calls.kind.filters:
        strange = sorted(set(chosen.values(tag)) - {row[tag] for row in found})
        if strange:
            others[tag] = strange[0]
    return others
