"""Verdicts, and what a check says while it runs.

A check ends in one of four ways: it returns (what it claims has passed), or it raises
`NonConformance` (the PBX's fault), `Inconclusive` (could not tell) or `NotRun` (did not apply).
Any other exception is the harness's own mistake and gives `error`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.wire.exchange import Exchange

__all__ = ["Failure", "Inconclusive", "NonConformance", "NotRun", "Observation", "Verdict"]


class Verdict(StrEnum):
    """The five verdicts of contract.md, after ISO/IEC 9646."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    INCONC = "inconc"
    ERROR = "error"
    NONE = "none"

    @property
    def rank(self) -> int:
        """How strongly this verdict stands against another of the same requirement."""
        return _RANK[self]


# A requirement that several checks decide fails if one of them fails; it passes if one of them
# could decide it, for what the others could not do says nothing against the PBX.
_RANK = {
    Verdict.NONE: 0,
    Verdict.INCONC: 1,
    Verdict.PASS: 2,
    Verdict.ERROR: 3,
    Verdict.FAIL: 4,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What was expected, what was observed, and the exchanges that show it.

    Attributes:
        drawn: of what a search found, what it had drawn (`conformance.pinned`).
    """

    expected: str
    observed: str
    exchanges: tuple[Exchange, ...] = ()
    drawn: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Observation:
    """One requirement judged once."""

    requirement: str
    verdict: Verdict
    reason: str = ""
    remarks: list[str] = field(default_factory=list)
    failure: Failure | None = None


class NonConformance(Exception):
    """The SUT broke a requirement."""

    def __init__(self, requirement: str, failure: Failure) -> None:
        super().__init__(f"{requirement}: expected {failure.expected}; {failure.observed}")
        self.requirement = requirement
        self.failure = failure


class Inconclusive(Exception):
    """The check ran but could not tell; the message is the reason."""


class NotRun(Exception):
    """The check does not apply to this SUT or this run; the message is the reason."""
