"""Two runs compared, requirement by requirement.

What decides is the deterministic core of each run: what only a generated search has found may be
found in one run and not in the next, and is shown apart. A requirement that held and is no longer
decided is not silently fine, and runs that can't be compared are never green.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from conformance.verdict import Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from conformance.gate.waivers import Waiver

__all__ = ["Change", "Comparison", "Group", "compare"]

PASS, FAIL = str(Verdict.PASS), str(Verdict.FAIL)
Row = dict[str, Any]


class Group(StrEnum):
    """What became of a requirement, in the order in which a reader wants to know it."""

    REGRESSION = "regression"
    UNDECIDED = "undecided"
    NEW_FAILURE = "new-failure"
    WAIVED = "waived"
    STILL_FAILING = "still-failing"
    FIXED = "fixed"
    SEARCH_ONLY = "search-only"
    VANISHED = "vanished"
    OTHER_VERSION = "other-version"
    NEW = "new"


# What stands between a candidate and its rollout.
BARRING = (Group.REGRESSION, Group.UNDECIDED, Group.NEW_FAILURE)


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement in both runs; a verdict is None where a run does not know it."""

    id: str
    clause: str
    title: str
    before: str | None
    now: str | None
    said: str
    waiver: Waiver | None = None


@dataclass(slots=True)
class Comparison:
    """What two runs say about a firmware's rollout."""

    baseline: Row
    candidate: Row
    groups: dict[Group, list[Change]]
    incomparable: list[str]
    waivers: Sequence[Waiver] = field(default_factory=tuple)

    @property
    def green(self) -> bool:
        """Whether nothing stands between the candidate and its rollout."""
        return not self.incomparable and not any(self.groups[group] for group in BARRING)


def compare(baseline: Row, candidate: Row, waivers: Sequence[Waiver], today: dt.date) -> Comparison:
    """Compare two runs.

    Args:
        baseline: the results of the firmware in use.
        candidate: the results of the one that may be rolled out.
        waivers: regressions that somebody answers for.
        today: the day on which waivers are judged.
    """
    old = {row["id"]: row for row in baseline["requirements"]}
    new = {row["id"]: row for row in candidate["requirements"]}
    same_version = baseline["api_version"] == candidate["api_version"]
    groups: dict[Group, list[Change]] = {group: [] for group in Group}
    for name in dict.fromkeys([*old, *new]):
        for group, change in _judged(old.get(name), new.get(name), same_version=same_version):
            waiver = None
            if group in {Group.REGRESSION, Group.NEW_FAILURE, Group.UNDECIDED}:
                waiver = _waiver_for(change, waivers, candidate["firmware"], today)
            if waiver is None:
                groups[group].append(change)
            else:
                waiver.used.append(change.id)
                groups[Group.WAIVED].append(_with(change, waiver))
    holding = [name for name, row in new.items() if _core(row) == PASS]
    for waiver in waivers:
        waiver.review(holding, candidate["firmware"], today)
    return Comparison(baseline, candidate, groups, [*_doubts(baseline, candidate)], waivers)


def _with(change: Change, waiver: Waiver) -> Change:
    return Change(
        change.id, change.clause, change.title, change.before, change.now, change.said, waiver
    )


def _waiver_for(
    change: Change, waivers: Sequence[Waiver], firmware: str, today: dt.date
) -> Waiver | None:
    return next((one for one in waivers if one.waives(change.id, firmware, today)), None)


def _core(row: Row) -> str:
    """The verdict that a gate may rest on; results without a core had no search in them."""
    return str(row.get("core", row["verdict"]))


def _judged(
    before: Row | None, now: Row | None, *, same_version: bool
) -> Iterator[tuple[Group, Change]]:
    shown = now or before
    assert shown is not None, "a requirement of neither run"  # noqa: S101
    was = None if before is None else _core(before)
    is_ = None if now is None else _core(now)
    said = _said(now) if now else ""
    change = Change(shown["id"], shown["clause"], shown["title"], was, is_, said)
    elsewhere = not same_version and _belongs_elsewhere(before, now)
    group = _group(was, is_, other_version=elsewhere)
    if group is not None:
        yield group, change
    if now is not None and now["verdict"] == FAIL and is_ != FAIL:
        yield Group.SEARCH_ONLY, change


def _group(was: str | None, is_: str | None, *, other_version: bool) -> Group | None:
    if is_ == FAIL:
        # What was not decided before, or is new in the candidate's version, is a failure that
        # nobody has known of.
        known = {PASS: Group.REGRESSION, FAIL: Group.STILL_FAILING}
        return known.get(was or "", Group.NEW_FAILURE)
    if other_version:
        return Group.OTHER_VERSION
    if is_ is None:
        return Group.VANISHED
    if was is None:
        return Group.NEW
    if is_ == PASS:
        return Group.FIXED if was == FAIL else None
    return Group.UNDECIDED if was in {PASS, FAIL} else None


def _belongs_elsewhere(before: Row | None, now: Row | None) -> bool:
    """Whether one of two API versions does not have a requirement."""
    return any(
        row is None or (row["verdict"] == str(Verdict.NONE) and row["reason"].startswith("belongs"))
        for row in (before, now)
    )


def _said(row: Row) -> str:
    return str(row["failure"]["observed"] if row["failure"] else row["reason"])


def _doubts(baseline: Row, candidate: Row) -> Iterator[str]:
    """Why the two do not say the same about two firmwares."""
    pairs = (
        ("catalogue", "they were judged by different sets of requirements"),
        ("allow", "different safety classes were allowed"),
        ("select", "different requirements were selected"),
    )
    for key, reason in pairs:
        if baseline.get(key) != candidate.get(key):
            yield f"{reason}: {_shown(baseline.get(key))} and {_shown(candidate.get(key))}"
    for name, row in (("baseline", baseline), ("candidate", candidate)):
        if not row.get("complete", True):
            yield f"the {name} run was not completed"
        if not any(map(_is_judged, row["requirements"])):
            yield f"the {name} run has judged nothing"
    if baseline["api_version"] == candidate["api_version"]:
        known = {row["id"] for row in candidate["requirements"]}
        gone = [one for one in baseline["requirements"] if one["id"] not in known]
        if judged := sum(map(_is_judged, gone)):
            yield f"{judged} of what the baseline run has judged the candidate's does not know"


def _is_judged(row: Row) -> bool:
    return _core(row) in {PASS, FAIL}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value) or "all"
    return "unknown" if value is None else str(value)
