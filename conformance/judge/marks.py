"""What a recording of this project withheld, put back as something of the same form.

A mark that fills a secret element stands for its value. Recordings number the values, so that equal
ones stay equal: `_kpbx.withheld` holds the numbers in the order of the marks.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from conformance.secrecy import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["numbers_of", "restored", "stand_in"]

_MARK = re.compile(rf"(<(?P<name>[\w.:-]+)[^<>]*>){re.escape(WITHHELD)}(?=</)")
DIGESTS = ("md5", "privacy_password")


def stand_in(name: str, number: int) -> str:
    """A value of the form that a secret element has."""
    if name.endswith(DIGESTS):
        return hashlib.md5(f"{WITHHELD} {number}".encode(), usedforsecurity=False).hexdigest()
    return f"withheld-{number}"


def numbers_of(own: Mapping[str, Any], side: str) -> list[int]:
    """The numbers of the values that one side of an entry withheld; none if it does not say."""
    held = own.get("withheld")
    rows = held.get(side) if isinstance(held, dict) else None
    return [one for one in rows if isinstance(one, int)] if isinstance(rows, list) else []


def restored(
    text: str, numbers: Iterable[int], known: Mapping[int, str] | None = None
) -> tuple[str, bool]:
    """A recorded text with values in the place of its marks, and whether all of it is known.

    Args:
        text: what was recorded.
        numbers: which value each mark stands for; without them each mark is a value of its own.
        known: values by number.
    """
    if WITHHELD not in text:
        return text, True
    marks, given = len(_MARK.findall(text)), list(numbers)
    numbered = iter(given if len(given) == marks else range(-marks, 0))

    def value(found: re.Match[str]) -> str:
        number = next(numbered)
        return found[1] + ((known or {}).get(number) or stand_in(found["name"], number))

    whole = _MARK.sub(value, text)
    return whole, WITHHELD not in whole
