"""Which checks run, and in which order: harmless ones first, drastic ones last."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.catalogue import Requirement

__all__ = ["claims", "in_order", "wanted"]


def claims(item: pytest.Item, requirements: Mapping[str, Requirement]) -> list[Requirement]:
    """The requirements that a check claims, each once; none for a test that is not a check.

    Raises:
        pytest.UsageError: the catalogue has no requirement of that id.
    """
    ids = [name for mark in item.iter_markers("requirement") for name in mark.args]
    unknown = [name for name in ids if name not in requirements]
    if unknown:
        raise pytest.UsageError(f"{item.nodeid} claims {unknown[0]!r}: no such requirement")
    return [requirements[name] for name in dict.fromkeys(ids)]


def in_order(
    items: list[pytest.Item], requirements: Mapping[str, Requirement]
) -> list[pytest.Item]:
    """The items by the most drastic safety class that each needs, then in the guide's order."""
    stems = [one.id.partition(".")[0] for one in requirements.values()]
    chapters = {stem: number for number, stem in enumerate(dict.fromkeys(stems))}

    def rank(item: pytest.Item) -> tuple[int, int]:
        claimed = claims(item, requirements)
        chapter = min((chapters[one.id.partition(".")[0]] for one in claimed), default=-1)
        return max((one.safety.rank for one in claimed), default=-1), chapter

    return sorted(items, key=rank)


def wanted(
    item: pytest.Item, requirements: Mapping[str, Requirement], globs: Collection[str]
) -> bool:
    """Whether a check may decide a requirement that one of the globs names."""
    reach = _reach(claims(item, requirements))
    return any(fnmatchcase(name, glob) for name in reach for glob in globs)


def _reach(claimed: list[Requirement]) -> set[str]:
    """What a check may decide: its claims, and what the oracles judge on the same endpoints."""
    reach = {one.id for one in claimed}
    for one in claimed:
        stem = one.id.rpartition(".")[0]
        if one.endpoint:
            reach |= {f"{stem}.response-schema", f"{stem}.request-id"}
        if ".code-" in one.id:
            reach.add(one.id.replace(".code-", ".message-"))
    return reach
