"""Firmware versions, A.B.C-dddd (RD-24): ordered number by number, and around a given one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["malformed", "newer", "older", "ordered"]

Version = tuple[int, int, int, int]

LAST_BUILD = 9999
# Where the patch or minor number is 0, an older version takes one of the number before.
AS_PATCH = 99


def ordered(version: str) -> Version | None:
    """The numbers of a version, which compare as versions do; None if it is not one."""
    found = re.fullmatch(r"([0-9]+)\.([0-9]+)\.([0-9]+)-([0-9]{4})", version)
    return (int(found[1]), int(found[2]), int(found[3]), int(found[4])) if found else None


def _text(version: Version) -> str:
    major, minor, patch, build = version
    return f"{major}.{minor}.{patch}-{build:04}"


def older(version: Version) -> list[str]:
    """Older ones: by the build alone, and by the numbers before it although the build is higher."""
    major, minor, patch, build = version
    found = [(major, minor, patch, build - 1)] if build else []
    if patch:
        found.append((major, minor, patch - 1, LAST_BUILD))
    if minor:
        found.append((major, minor - 1, AS_PATCH, LAST_BUILD))
    if major:
        found.append((major - 1, AS_PATCH, AS_PATCH, LAST_BUILD))
    return [_text(one) for one in found]


def newer(version: Version) -> list[str]:
    """Newer ones that nobody offers.

    As text or by the build alone they would come before; one is newer by nothing but its build.
    """
    major, minor, patch, build = version
    later = [(major, minor, patch, LAST_BUILD)] if build < LAST_BUILD else []
    return [
        _text((major, minor, _longer(patch), 1)),
        _text((major, _longer(minor), 0, 1)),
        _text((_longer(major), 0, 0, 1)),
        *map(_text, later),
    ]


def _longer(number: int) -> int:
    """The smallest number with one digit more: 10 after 9, and after 5."""
    return int(10 ** len(str(number)))


def malformed(version: Version) -> Iterator[str]:
    """What would be newer if it were a version, broken in one way each."""
    major, minor, patch, build = version
    stem = f"{major}.{minor}.{patch + 1}"
    yield f"{major}.{minor + 1}"
    yield stem
    yield f"{stem}-{build:04}"[:-1]
    yield f"{stem}-{build:04}0"
    yield f"{stem}_{build:04}"
    yield f"{stem} - {build:04}"
    yield f"{stem}-29x1"
    yield f"{stem}-{build:04}a"
    yield f"{major}.{minor},{patch + 1}-{build:04}"
    yield f"{stem}.1-{build:04}"
    yield f"{major}.{minor + 1}-{build:04}"
    yield f"v{stem}-{build:04}"
    yield "a.b.c-dddd"
