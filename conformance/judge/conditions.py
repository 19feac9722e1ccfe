"""The guide's conditions that a request proves by itself: a tag is missing, an address is none.

A condition stands beside its code in `guide.toml`, as a word and paths below `<kpbx_request>`. The
answer to whether it holds is yes, no, or None where the guide leaves it open: an element of blanks,
an address in a form that some libraries read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from conformance.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lxml.etree import _Element as Element

__all__ = ["all_of", "any_of", "holds", "texts_at"]

TIMESTAMP = "%Y-%m-%d %H:%M:%S"
OCTETS, LARGEST_OCTET, LONGEST_PREFIX = 4, 255, 32
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+-[0-9]{4}")
_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def holds(condition: str, root: Element) -> bool | None:
    """Whether a condition holds for a request; None where that is not sure.

    Raises:
        CatalogueError: no condition begins with such a word.
    """
    word, *paths = condition.split()
    judge = _CONDITIONS.get(word)
    if judge is None:
        raise CatalogueError(f"no condition of a code begins with {word!r}: {condition}")
    return judge(root, *paths)


def any_of(conditions: Iterable[str], root: Element) -> bool | None:
    """Whether one of the conditions holds; None if none surely does, and not all surely fail."""
    answers = [holds(condition, root) for condition in conditions]
    return True if True in answers else (None if None in answers else False)


def all_of(conditions: Iterable[str], root: Element) -> bool | None:
    """Whether all conditions hold; None if one may not."""
    answers = [holds(condition, root) for condition in conditions]
    return False if False in answers else (None if None in answers else True)


def texts_at(root: Element, path: str) -> list[str]:
    """The texts of all elements at a path; an element with children has none."""
    return ["" if len(one) else (one.text or "") for one in root.findall(path)]


def _missing(root: Element, path: str) -> bool | None:
    """The container is there (or is what is asked for), and nothing stands at the path in it."""
    container, _, rest = path.partition("/")
    found = root.findall(container)
    if not rest:
        return not found
    if len(found) != 1:
        return None if found else False
    texts = texts_at(root, path)
    if not any(texts):
        return True
    return False if any(text.strip() for text in texts) else None


def _present(root: Element, path: str) -> bool | None:
    found = root.findall(path)
    if not found:
        return False
    return True if any(len(one) or (one.text or "").strip() for one in found) else None


def _hollow(root: Element, path: str) -> bool | None:
    """The element is there, and there is nothing at all in it."""
    found = root.findall(path)
    if len(found) != 1:
        return None if found else False
    if any(isinstance(child.tag, str) for child in found[0]):
        return False
    text = found[0].text or ""
    return not text if not text.strip() else False


def _alone(root: Element, path: str) -> bool | None:
    """The element is there, and no other beside it."""
    parent, _, tag = path.rpartition("/")
    found = root.findall(parent)
    if len(found) != 1:
        return None if found else False
    return [child.tag for child in found[0] if isinstance(child.tag, str)] == [tag]


def _each(judge: Callable[[str], bool | None]) -> Callable[..., bool | None]:
    """The condition on the one text at a path; what is missing or blank does not fulfil it."""

    def of_path(root: Element, path: str) -> bool | None:
        texts = [text.strip() for text in texts_at(root, path)]
        if len(texts) != 1:
            return None if texts else False
        return judge(texts[0]) if texts[0] else False

    return of_path


def _no_address(text: str) -> bool | None:
    """No IPv4 address in any notation: shortened ones and those with leading zeros are open."""
    parts = text.split(".")
    if not re.fullmatch(r"[0-9.]+", text):
        return None if re.fullmatch(r"(0x[0-9a-f]+|[0-9a-f.:]+)", text, re.IGNORECASE) else True
    if len(parts) == OCTETS and all(_PLAIN_NUMBER.fullmatch(part) for part in parts):
        return any(int(part) > LARGEST_OCTET for part in parts)
    return True if len(parts) > OCTETS or not text.strip(".") else None


def _no_destination(text: str) -> bool | None:
    """Not of the form aa.bb.cc.dd/NN; what some read as one is open."""
    address, slash, bits = text.partition("/")
    bad = _no_address(address)
    if bad is not False or not slash:
        return bad if slash or bad else True
    if _PLAIN_NUMBER.fullmatch(bits):
        return int(bits) > LONGEST_PREFIX
    return None if bits.replace(".", "").isdigit() else True


def _no_version(text: str) -> bool | None:
    return not _VERSION.fullmatch(text)


def _moment(root: Element, path: str) -> datetime | None:
    texts = [text.strip() for text in texts_at(root, path)]
    try:
        return datetime.strptime(texts[0], TIMESTAMP) if len(texts) == 1 else None  # noqa: DTZ007
    except ValueError:
        return None


def _reversed(root: Element, begin: str, end: str) -> bool | None:
    """Both are given, and the end lies before the begin; without one the clock decides."""
    first, last = _moment(root, begin), _moment(root, end)
    return None if first is None or last is None else last < first


_CONDITIONS: dict[str, Callable[..., bool | None]] = {
    "no": _missing,
    "has": _present,
    "hollow": _hollow,
    "alone": _alone,
    "no-address": _each(_no_address),
    "no-destination": _each(_no_destination),
    "no-version": _each(_no_version),
    "reversed": _reversed,
}
