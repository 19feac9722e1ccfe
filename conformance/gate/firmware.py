"""Firmware versions in their order, and ranges of them."""

from __future__ import annotations

import re

__all__ = ["order", "within"]

_PART = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]+\.[0-9]+\.[0-9]+(?:-[0-9]+)?)\s*")


def order(version: str) -> tuple[int, ...]:
    """What firmware versions are sorted by: `3.9.10-2` comes after `3.9.9-4000`."""
    return tuple(int(number) for number in re.findall(r"[0-9]{1,18}", version))


def within(version: str, ranges: str) -> bool:
    """Whether a firmware lies in a range such as `>=3.9.5-2891,<3.10.0`.

    Raises:
        ValueError: it is no range.
    """
    return all(_holds(version, part) for part in ranges.split(",")) if ranges.strip() else True


def _holds(version: str, part: str) -> bool:
    found = _PART.fullmatch(part)
    if not found:
        raise ValueError(f"{part.strip()!r} is no range; write it like >=3.9.5-2891,<3.10.0")
    sign, limit = found[1], order(found[2])
    # A limit without a build means every build of that version.
    own = order(version)[: len(limit)]
    return {
        ">=": own >= limit,
        "<=": own <= limit,
        ">": own > limit,
        "<": own < limit,
        "==": own == limit,
        "!=": own != limit,
    }[sign]
