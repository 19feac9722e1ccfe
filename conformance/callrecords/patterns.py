"""What a filter selects: yes, no, or not said by the guide.

POST /cdr: "By default, the match is exact; the special character % can be used (at the beginning or
end of the string, or both) to specify that 0 or more characters can be present". Whether case or
accents count is not said, nor whether a filter sees a masked value or the real one (RD-19): what
depends on it is not judged.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from conformance.callrecords.kind import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from conformance.callrecords.kind import Kind, Row

    Oracle: TypeAlias = Callable[[Row], "bool | None"]

__all__ = ["Pattern", "Selection", "ended", "folded", "hidden", "started"]

MASK = "XXX"
# A run compares the same few thousand values with dozens of filters.
FOLDED_VALUES = 1 << 16


@lru_cache(FOLDED_VALUES)
def folded(text: str) -> str:
    """A text without case and accents, as a database may compare it."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().strip()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A filter's value: a core, and whether anything may stand before and after it."""

    core: str
    before: bool = False
    after: bool = False

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Read a value as a filter carries it."""
        core = text.removeprefix("%")
        return cls(core.removesuffix("%"), text.startswith("%"), core.endswith("%"))

    def __str__(self) -> str:
        return "%" * self.before + self.core + "%" * self.after

    def matches(self, value: str) -> bool | None:
        """Whether a value matches; None if only case or accents differ."""
        if self._test(self.core, value):
            return True
        return None if self._test(folded(self.core), folded(value)) else False

    def _test(self, core: str, value: str) -> bool:
        if self.before and self.after:
            return core in value
        if self.before:
            return value.endswith(core)
        return value.startswith(core) if self.after else value == core


def hidden(kind: Kind, row: Row, tag: str) -> bool:
    """Whether masking may hide the real value of a tag in a row that came masked."""
    if tag in kind.names:
        return True
    return kind.external.get(row["direction"]) == tag and row[tag].endswith("X")


class Selection:
    """A `<filter>` as an oracle over calls.

    Args:
        kind: the sort of call record.
        filters: the tags sent and their values; `any` makes the others void.
        masked: the calls to be judged came without the privacy password.
    """

    def __init__(self, kind: Kind, filters: Mapping[str, str], *, masked: bool) -> None:
        self._kind, self._masked = kind, masked
        self._any = Pattern.read(filters["any"]) if "any" in filters else None
        self._patterns = {tag: Pattern.read(text) for tag, text in filters.items()}

    def __call__(self, row: Row) -> bool | None:
        """Whether the filter selects a call; None where the guide leaves it open."""
        if self._any is not None:
            return self._anywhere(self._any, row)
        answers = [self._one(tag, pattern, row) for tag, pattern in self._patterns.items()]
        if False in answers:
            return False
        return None if None in answers else True

    def _one(self, tag: str, pattern: Pattern, row: Row) -> bool | None:
        if not (self._masked and hidden(self._kind, row, tag)):
            return pattern.matches(row[tag])
        value, core = row[tag], pattern.core
        if not value or pattern.before or pattern.after:
            return None
        # What is left of a masked number rules most values out.
        shown = value.removesuffix(MASK)
        possible = len(core) == len(value) and core.startswith(shown)
        return None if possible else False

    def _anywhere(self, pattern: Pattern, row: Row) -> bool | None:
        unseen = [tag for tag in self._kind.tags if self._masked and hidden(self._kind, row, tag)]
        seen = [tag for tag in self._kind.texts if tag not in unseen]
        if any(pattern.matches(row[tag]) for tag in seen):
            return True
        core = folded(pattern.core)
        within = any(core in folded(row[tag]) for tag in (*self._kind.tags, STEPS))
        return None if within or unseen else False


def _within(tag: str, begin: str, end: str) -> Oracle:
    def judge(row: Row) -> bool | None:
        moment = row[tag]
        return None if moment in {begin, end} else begin < moment < end

    return judge


def ended(begin: str, end: str) -> Oracle:
    """Which calls end in an interval; those that end on its very edge are not judged."""
    return _within("end", begin, end)


def started(begin: str, end: str) -> Oracle:
    """Which calls start in an interval; those that start on its very edge are not judged."""
    return _within("start", begin, end)
