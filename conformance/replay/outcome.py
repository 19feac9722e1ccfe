"""What trying a case again has shown: pure decisions, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Outcome", "State", "outcome_of"]


NOT_TRIED = "the check went well, but not with what was found"


class State(Enum):
    """How a case stands on the PBX that was asked now."""

    FAILS = "still fails"
    HOLDS = "no longer fails"
    UNDECIDED = "not decided"
    ERROR = "the harness failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case's state, and what to say of each of its requirements."""

    state: State
    firmware: str
    lines: tuple[str, ...]


def outcome_of(case: dict[str, Any], results: dict[str, Any], unlike: str) -> Outcome:
    """Judge a case by the results of the run that tried it again.

    Args:
        case: the case.
        results: of a run of the checks that found it, and of no others.
        unlike: why what a search had drawn could not be tried as it was; empty if it could.
    """
    rows = {row["id"]: row for row in results["requirements"]}
    found = [(one, rows.get(one["id"])) for one in case["requirements"]]
    verdicts = [row["verdict"] if row else str(Verdict.NONE) for _, row in found]
    if Verdict.FAIL in verdicts:
        state = State.FAILS
    elif Verdict.ERROR in verdicts:
        state = State.ERROR
    elif unlike or not results["complete"] or any(one != Verdict.PASS for one in verdicts):
        state = State.UNDECIDED
    else:
        state = State.HOLDS
    firmware = results["firmware"]
    tried = not unlike and results["complete"]
    lines = [
        line
        for one, row in found
        for line in _lines(one, row, case["firmware"], firmware, tried=tried)
    ]
    if state is State.UNDECIDED and unlike:
        lines.append(f"  not tried as it was found: {unlike}")
    if not results["complete"]:
        lines.append("  the run was cut short")
    return Outcome(state, firmware, tuple(lines))


def _lines(
    one: dict[str, Any], row: dict[str, Any] | None, before: str, now: str, *, tried: bool
) -> Iterator[str]:
    if row is None:
        yield f"{one['id']}: not decided: this release has no such requirement"
        return
    failure = row["failure"]
    if failure:
        yield f"{one['id']}: still fails in {now}"
        yield f"  expected: {failure['expected']}"
        yield f"  observed now: {failure['observed']}"
        yield f"  observed in {before}: {one['observed']}"
    elif row["verdict"] == Verdict.PASS and tried:
        if now == before:
            yield f"{one['id']}: no longer fails in {now}, the firmware in which it was found"
        else:
            yield f"{one['id']}: fixed in {now}"
    else:
        said = row["reason"] or (NOT_TRIED if row["verdict"] == Verdict.PASS else row["verdict"])
        yield f"{one['id']}: not decided in {now}: {said}"
