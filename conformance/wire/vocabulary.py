"""Finds known secrets in much text, quickly: what a run writes is tens of megabytes.

Answers repeat themselves. A text is taken apart at its markup, and only the parts that were not
seen before are looked through, for the first and last letters of all secrets at once. So the
time hardly depends on how many secrets there are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["KEY", "Vocabulary"]

# A secret is found by so many of its first and last characters; a shorter one is not looked for.
KEY = 6
MOST_PARTS = 200_000
# A key that so many secrets have in common tells little of any: others are found by their other
# end. One that shares both ends with so many is withheld where it stands, and not elsewhere.
MOST_ALIKE = 40
# How much of an encoded text around a secret goes with it.
FARTHEST = 4096
CUTS = ("...", "\N{HORIZONTAL ELLIPSIS}")
_ENCODED = re.compile(r"[0-9A-Za-z+/_=-]")
_UNMARKED = re.compile(r"[^<>]{6,}")


class Vocabulary:
    """The secrets that are looked for, and the parts of texts that were looked through.

    Args:
        names: finds the parts that name a secret, whatever its value.
    """

    def __init__(self, names: re.Pattern[str]) -> None:
        self._names = names
        self._literals: dict[str, bool] = {}
        self._keys: dict[str, set[str]] = {}
        self._unkeyed: list[str] = []
        self._clean: set[str] = set()
        self._named: set[str] = set()
        self._dirty: dict[str, frozenset[str]] = {}

    def add(self, literals: Iterable[str], *, encoded: bool = False) -> None:
        """Have literals looked for; `encoded` ones take what is encoded around them with them."""
        new = [one for one in literals if len(one) >= KEY and one not in self._literals]
        for literal in new:
            self._literals[literal] = encoded
            unmarked = max(_UNMARKED.findall(literal), key=len, default="")
            if not unmarked:
                self._unkeyed.append(literal)
                continue
            for key in (unmarked[:KEY], unmarked[-KEY:]):
                alike = self._keys.setdefault(key, set())
                if len(alike) < MOST_ALIKE:
                    alike.add(literal)
        if new:
            self._clean.clear()
            self._dirty.clear()

    def look(self, text: str) -> tuple[set[str], set[str]]:
        """The parts of a text that name a secret, and the literals that it may hold."""
        parts = self._parts(text)
        found = {one for one in self._unkeyed if one in text}
        for part in parts & self._dirty.keys() if self._dirty else ():
            found |= self._dirty[part]
        return parts & self._named, found

    def _parts(self, text: str) -> set[str]:
        parts = set(text.replace(">", "<").split("<"))
        unseen = parts - self._clean
        if unseen:
            self._look_through(unseen - self._dirty.keys())
        return parts

    def _look_through(self, parts: set[str]) -> None:
        if len(self._clean) > MOST_PARTS:
            self._clean.clear()
            self._named.clear()
        self._named.update(part for part in parts if self._names.search(part))
        keys = self._keys.keys()
        for part in parts:
            found = keys & {part[at : at + KEY] for at in range(len(part) - KEY + 1)}
            held = {one for key in found for one in self._keys[key] if self._may_hold(part, one)}
            if held:
                self._dirty[part] = frozenset(held)
            else:
                self._clean.add(part)

    def _may_hold(self, part: str, literal: str) -> bool:
        """Whether a part holds a literal, whole or cut off; one with markup spans several parts."""
        marked = "<" in literal or ">" in literal
        return marked or literal in part or next(_cut_off(part, literal), None) is not None

    def withhold(self, text: str, literals: Iterable[str], mark: str) -> str:
        """The text with a mark in place of each of these literals, whole or cut off."""
        spans = sorted(span for literal in literals for span in self._spans(text, literal))
        kept, at = [], 0
        for start, end in spans:
            if start >= at:
                kept += [text[at:start], mark]
            at = max(at, end)
        return "".join([*kept, text[at:]])

    def _spans(self, text: str, literal: str) -> Iterator[tuple[int, int]]:
        encoded = self._literals[literal]
        pattern = re.compile(re.escape(literal)) if encoded else _pattern(literal)
        for found in pattern.finditer(text):
            yield _widened(text, *found.span()) if encoded else found.span()
        yield from _cut_off(text, literal)


@lru_cache(4096)
def _pattern(literal: str) -> re.Pattern[str]:
    """Where a secret stands: a mere word or number stands alone, and is no part of a tag's name.

    Else a password such as "privacy" would tear `<privacy_password>` apart in every recording.
    """
    if literal.isalpha():
        return re.compile(rf"(?<![\w<])(?<!</){re.escape(literal)}(?!\w)")
    if literal.isdecimal():
        return re.compile(rf"(?<!\d){literal}(?!\d)")
    return re.compile(re.escape(literal))


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with all that is encoded on both sides."""
    first, last = start, end
    while first > max(0, start - FARTHEST) and _ENCODED.match(text[first - 1]):
        first -= 1
    while last < min(len(text), end + FARTHEST) and _ENCODED.match(text[last]):
        last += 1
    return first, last


def _cut_off(text: str, literal: str) -> Iterator[tuple[int, int]]:
    """Where a beginning of a secret ends in dots, or with the text; where an end follows dots."""
    at = text.find(literal[:KEY])
    while at >= 0:
        end = at + KEY
        while end < len(text) and text[end] == literal[end - at : end - at + 1]:
            end += 1
        if end - at < len(literal) and (end == len(text) or text.startswith(CUTS, end)):
            yield at, end
        at = text.find(literal[:KEY], end)
    at = text.find(literal[-KEY:])
    while at >= 0:
        start, end = at, at + KEY
        while start and end - start < len(literal) and text[start - 1] == literal[start - end - 1]:
            start -= 1
        if end - start < len(literal) and text.endswith(CUTS, 0, start):
            yield start, end
        at = text.find(literal[-KEY:], end)
