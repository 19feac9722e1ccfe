"""The columns: runs in the order of their firmware, and told apart where it is the same."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.gate.firmware import order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Column", "in_order", "notes"]

UNREADABLE = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(slots=True)
class Column:
    """One run.

    Attributes:
        results: what `read_results` gives.
        moment: when it began; the first of all moments where that can't be read.
        told: date, and what else it takes to tell it from other runs of the same firmware.
        counts: how many of its cells show each verdict.
        found: in how many cells a search found what the fixed checks did not.
    """

    results: dict[str, Any]
    moment: dt.datetime
    told: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    found: int = 0

    @property
    def firmware(self) -> str:
        """The version, or a word where the results have none."""
        return str(self.results["firmware"]) or "unknown"

    @property
    def label(self) -> str:
        """Firmware and what tells it apart, in one line."""
        return f"{self.firmware} ({self.told})"

    @property
    def catalogue(self) -> str:
        """The set of requirements it was judged by; empty in results of older releases."""
        return str(self.results.get("catalogue", ""))

    def date(self, form: str) -> str:
        """When it began, in UTC, or what the results say instead."""
        known = self.moment != UNREADABLE
        return self.moment.strftime(form) if known else str(self.results["started"])


def in_order(runs: Iterable[dict[str, Any]]) -> list[Column]:
    """Runs by firmware, those of the same firmware by time."""
    columns = sorted((Column(run, _moment(run["started"])) for run in runs), key=_place)
    _tell_apart(columns)
    return columns


def _moment(started: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(started)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return UNREADABLE


def _place(column: Column) -> tuple[Any, ...]:
    target = column.results["target"]
    return order(column.firmware), column.firmware, column.moment, target["name"], target["url"]


def _tell_apart(columns: Sequence[Column]) -> None:
    """A date is enough for a firmware's only run of a day; others need the time, the target."""
    ways = (
        lambda column: column.date("%Y-%m-%d"),
        lambda column: column.date("%Y-%m-%d %H:%M:%S"),
        lambda column: f"{column.told}, {column.results['target']['name']}",
        lambda column: f"{column.told}, {column.results['target']['url']}",
    )
    for way in ways:
        taken = Counter(column.label for column in columns)
        alike = [column for column in columns if not column.told or taken[column.label] > 1]
        for column in alike:
            column.told = way(column)
    taken, seen = Counter(column.label for column in columns), Counter[str]()
    for column, label in [(column, column.label) for column in columns]:
        seen[label] += 1
        if taken[label] > 1:
            column.told += f", no. {seen[label]}"


def notes(columns: Sequence[Column]) -> Iterator[str]:
    """What a reader has to know before comparing the runs."""
    if len({column.catalogue for column in columns}) > 1:
        yield (
            "The runs were not all judged by the same set of requirements. "
            "One that a run does not have shows there as not known."
        )
    for said, which in (
        ("Narrowed by --select", lambda results: results.get("select")),
        ("Not completed", lambda results: not results.get("complete", True)),
        (
            "The TLS certificate was not verified, so the results may be somebody else's",
            lambda results: not results.get("tls_verified", True),
        ),
    ):
        if found := [column.label for column in columns if which(column.results)]:
            yield f"{said}: {', '.join(found)}."
    if len({tuple(sorted(column.results["allow"])) for column in columns}) > 1:
        yield (
            "Different safety classes were allowed: what was not allowed was not judged there. "
            "The list of runs says which."
        )
