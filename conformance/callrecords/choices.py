"""Values to filter by, chosen from the calls that are there: same calls, same values.

A value is worth sending if it tells an exact match from one that is not: others in the data contain
it, or it is itself a part of one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

from conformance.callrecords.patterns import Pattern, folded, hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conformance.callrecords.kind import Kind, Row

__all__ = ["ENUMERATED", "FORMS", "Choices", "Pair", "sendable"]

# Every documented value is asked for: calls that are shown on no other occasion are found so.
ENUMERATED = {"direction": ("1", "2", "4"), "status": ("1", "2", "3", "4", "8")}
NUMERIC = frozenset({"gateway_id", "billsec", "waiting_time", "conversation_time"})
NOTHING = {"text": "no such value here", "number": "987654321"}
# `%` is the guide's; the others mean something to databases, where the guide gives them no meaning.
RESERVED = frozenset('%_\\*?"')
FORMS = {"end": (False, True), "start": (True, False), "both": (True, True)}
MOST_VALUES, MOST_PARTS, MOST_ROWS, LONGEST = 24, 4, 60, 120


@dataclass(frozen=True, slots=True)
class Pair:
    """Two filters that each select more alone than together."""

    tags: tuple[str, str]
    filters: dict[str, str]


class Choices:
    """What to filter by, given the calls of a reference.

    Args:
        kind: the sort of call record.
        rows: the calls.
        masked: they came without the privacy password.
    """

    def __init__(self, kind: Kind, rows: Sequence[Row], *, masked: bool) -> None:
        self._kind, self._rows, self._masked = kind, rows, masked

    def values(self, tag: str, direction: str = "") -> Counter[str]:
        """The values of a tag that can be sent, with the number of calls that have them."""
        return Counter(
            row[tag]
            for row in self._rows
            if direction in {"", row["direction"]}
            and row[tag]
            and not (self._masked and hidden(self._kind, row, tag))
            and sendable(row[tag])
        )

    @property
    def directions(self) -> list[str]:
        """The directions of the calls."""
        return sorted({row["direction"] for row in self._rows})

    def exact(self, tag: str) -> list[str]:
        """Values that select some of the calls: of every direction, and of unusual characters."""
        if tag in ENUMERATED:
            return list(ENUMERATED[tag])
        values = self.values(tag)
        chosen = [self._telling(self.values(tag, direction)) for direction in self.directions]
        chosen += [_first(values, lambda text: not text.isascii())]
        chosen += [_first(values, lambda text: not {"&", "<", "'"}.isdisjoint(text))]
        return list(dict.fromkeys(filter(None, chosen)))

    def _telling(self, values: Counter[str]) -> str:
        """The value that occurs inside most others; of several, one that many calls have."""
        partial = [count for count in values.items() if count[1] < len(self._rows)]
        common = sorted(partial, key=lambda item: (-item[1], item[0]))[:MOST_VALUES]

        def rank(item: tuple[str, int]) -> int:
            return sum(item[0] in other for other in values if other != item[0])

        return max(common, key=rank)[0] if common else ""

    def fragments(self, tag: str) -> list[str]:
        """Parts of values that are no values: an exact match finds nothing."""
        if tag in ENUMERATED:
            return []
        whole = {folded(row[tag]) for row in self._rows}
        parts = (part for value in self.exact(tag) for part in (value[:-1], value[1:]))
        fitting = (part for part in parts if part and part == part.strip())
        return [part for part in dict.fromkeys(fitting) if folded(part) not in whole][:MOST_PARTS]

    def nothing(self, tag: str) -> str:
        """A value that no call has; empty if there is none that makes sense."""
        if tag in ENUMERATED:
            return ""
        return NOTHING["number" if tag in NUMERIC else "text"]

    def wildcards(self, tag: str, form: str) -> list[str]:
        """Patterns of a form: one that tells it best from the others, one without anything more.

        Empty where no value is longer than what could stand beside the wildcard.
        """
        before, after = FORMS[form]
        values = sorted(self.values(tag))
        if len(values) > MOST_VALUES:
            values = values[:: len(values) // MOST_VALUES + 1]
        cores = {core for value in values for core in _cores(value, form)}
        everything = list(self.values(tag))
        ranked = {core: _merit(core, everything, form) for core in sorted(cores)}
        best = max(ranked, key=lambda core: ranked[core], default="")
        if not best or ranked[best] < (1,):
            return []
        inside = next((value for value in everything if best in value and value != best), best)
        return [str(Pattern(core, before, after)) for core in dict.fromkeys((best, inside))]

    def pairs(self) -> Iterator[Pair]:
        """For each tag a second one with which it selects less than either alone."""
        done: set[str] = set()
        for first in self._kind.filters:
            if first in done:
                continue
            for second in self._kind.filters:
                pair = self._pair(first, second) if second != first else None
                if pair is not None:
                    done |= {first, second}
                    yield pair
                    break

    def _pair(self, first: str, second: str) -> Pair | None:
        ones, others = self.values(first), self.values(second)
        together = Counter((row[first], row[second]) for row in self._rows)
        for (one, other), count in sorted(together.items()):
            if count < ones[one] and count < others[other]:
                return Pair((first, second), {first: one, second: other})
        return None

    def triples(self) -> Iterator[dict[str, str]]:
        """For each tag, if there are any, three filters that select less than any two of them."""
        found = {
            tag: {value: self._bits(tag, value) for value in self.values(tag)}
            for tag in self._kind.filters
        }
        done: set[str] = set()
        for tags in combinations(self._kind.filters, 3):
            if done.issuperset(tags):
                continue
            for row in self._rows[:MOST_ROWS]:
                sets = [found[tag].get(row[tag], 0) for tag in tags]
                together = sets[0] & sets[1] & sets[2]
                if together and all(
                    one & other != together for one, other in combinations(sets, 2)
                ):
                    done |= set(tags)
                    yield {tag: row[tag] for tag in tags}
                    break

    def _bits(self, tag: str, value: str) -> int:
        """The calls with a value, a bit for each."""
        return sum(1 << index for index, row in enumerate(self._rows) if row[tag] == value)

    def exclusive(self) -> dict[str, str] | None:
        """Two filters that each select calls, but none together."""
        for first, second in combinations(self._kind.filters, 2):
            together = {(row[first], row[second]) for row in self._rows}
            for one, other in product(sorted(self.values(first)), sorted(self.values(second))):
                if (one, other) not in together:
                    return {first: one, second: other}
        return None


def sendable(text: str) -> bool:
    """Whether a filter can carry a value without doubt about what it means."""
    plain = text == text.strip() and text.isprintable() and len(text) <= LONGEST
    return plain and RESERVED.isdisjoint(text)


def _first(values: Iterable[str], wanted: Callable[[str], bool]) -> str:
    return next((value for value in sorted(values) if wanted(value)), "")


def _cores(value: str, form: str) -> Iterator[str]:
    length = len(value)
    for size in dict.fromkeys((1, 2, 3, length // 2, length - 1)):
        if not 0 < size < length:
            continue
        middle = (length - size) // 2
        begin = {"end": 0, "start": length - size, "both": middle}[form]
        core = value[begin : begin + size]
        if core.strip() == core:
            yield core


def _merit(core: str, values: Sequence[str], form: str) -> tuple[int, ...]:
    """How well a core tells the forms of a wildcard apart, on these values."""
    exact = core in values
    head = any(value.startswith(core) and not value.endswith(core) for value in values)
    tail = any(value.endswith(core) and not value.startswith(core) for value in values)
    inner = any(core in value[1:-1] and not value.startswith(core) and not value.endswith(core)
                for value in values)  # fmt: skip
    needed = {"end": head, "start": tail, "both": inner}[form]
    selective = any(core not in value for value in values)
    return (needed, selective, head + tail + inner + exact)
