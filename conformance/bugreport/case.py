"""case.json: one cause, for `kpbx-conformance replay` (`case.schema.json`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance import __version__
from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from conformance.bugreport.causes import Cause, Row

__all__ = ["FORMAT", "FORMAT_VERSION", "case_of", "conditions_of", "safety_of", "title_of"]

FORMAT, FORMAT_VERSION = "kpbx-conformance/case", 1
DEFAULT_USER = "admin"
# A check by its name in pytest, which begins differently where the suite is started otherwise.
_CHECK = re.compile(r"(?:.*/)?((?:families/\w+|general)/test_\w+\.py::\w+(?:\[.*\])?)")


def title_of(cause: Cause) -> str:
    """What is broken, in a line."""
    row, many = cause.lead, len(cause.endpoints)
    if many > 1:
        return f"{many} endpoints break: {row['title']}"
    return f"{row['endpoint'] or 'The API'} breaks: {row['title']}"


def safety_of(cause: Cause) -> list[str]:
    """The safety classes that trying a cause again needs, the most harmless first.

    They are those of the requirement that leads: of the others, some may be left undecided.
    """
    found = {str(cause.lead["safety"])}
    sequence = cause.failure.get("replay")
    found |= {request["safety"] for request in sequence["requests"]} if sequence else set()
    return [str(one) for one in sorted(map(SafetyClass, found), key=lambda one: one.rank)]


def conditions_of(cause: Cause) -> list[list[str]]:
    """The lab conditions under which each request was sent; none where they were not kept."""
    sequence = cause.failure.get("replay")
    return [request["conditions"] for request in sequence["requests"]] if sequence else []


def case_of(cause: Cause, results: dict[str, Any], username: str = DEFAULT_USER) -> dict[str, Any]:
    """A cause as a program reads it."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "title": title_of(cause),
        "harness": __version__,
        "firmware": results["firmware"],
        "api_version": results["api_version"],
        "url": results["target"]["url"],
        "username": username,
        "seed": results["seed"],
        "profile": results["profile"],
        "dialect": results["dialect"],
        "safety": safety_of(cause),
        "requirements": [_requirement(row) for row in cause.rows],
        "drawn": next(filter(None, (row["failure"].get("drawn") for row in cause.rows)), None),
        "sequence": cause.failure.get("replay"),
    }


def _requirement(row: Row) -> dict[str, Any]:
    failure = row["failure"]
    return {
        "id": row["id"],
        "clause": row["clause"],
        "endpoint": row["endpoint"],
        "title": row["title"],
        "check": _check(failure.get("check") or ""),
        "expected": failure["expected"],
        "observed": failure["observed"],
    }


def _check(node: str) -> str | None:
    found = _CHECK.fullmatch(node)
    return found[1] if found else None
