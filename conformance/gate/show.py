"""What the gate says: on a terminal, in a merge request, to a CI server, to a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from conformance.gate.compare import BARRING, Group
from conformance.report.markdown import inline
from conformance.text import printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conformance.gate.compare import Change, Comparison

__all__ = ["as_data", "as_junit", "as_markdown", "as_text"]

FORMAT, FORMAT_VERSION = "kpbx-conformance/gate", 1
HEADLINES = {
    Group.REGRESSION: "Regressions: held before, broken now",
    Group.UNDECIDED: "No longer decided: judged before, not now",
    Group.NEW_FAILURE: "New failures: not known to hold before, broken now",
    Group.WAIVED: "Waived: somebody answers for them",
    Group.STILL_FAILING: "Still failing: broken before and now",
    Group.FIXED: "Fixed",
    Group.SEARCH_ONLY: "Found by the generated search alone: not part of the gate",
    Group.VANISHED: "Vanished: the candidate's results do not know them",
    Group.OTHER_VERSION: "Of one API version alone: not compared",
    Group.NEW: "New requirements that do not fail",
}
# Of what bars nothing, so many are shown; `--json` has them all.
MANY, MOST_SHOWN = (Group.VANISHED, Group.OTHER_VERSION, Group.NEW), 20
LONGEST = 160


def _runs(comparison: Comparison) -> str:
    old, new = comparison.baseline, comparison.candidate
    return (
        f"{old['firmware']} (API {old['api_version']}, {old['started']}) → "
        f"{new['firmware']} (API {new['api_version']}, {new['started']})"
    )


def answer(comparison: Comparison) -> str:
    """The verdict in a sentence."""
    if comparison.incomparable:
        return "No answer: the two runs can't be compared"
    counts = [
        f"{len(changes)} {group}"
        for group in BARRING
        if (changes := comparison.groups[group])
    ]  # fmt: skip
    if counts:
        return f"Not to be rolled out: {', '.join(counts)}"
    waived = len(comparison.groups[Group.WAIVED])
    return "May be rolled out" + (f", with {waived} waived" if waived else "")


def _shown(group: Group, changes: Sequence[Change]) -> tuple[Sequence[Change], str]:
    """The changes to list, and what to say of those that are left out."""
    left = len(changes) - MOST_SHOWN
    if group not in MANY or left <= 0:
        return changes, ""
    return changes[:MOST_SHOWN], f"and {left} more: see --json"


def _line(change: Change) -> str:
    waiver = f" [{change.waiver.owner}: {change.waiver.reason}]" if change.waiver else ""
    return f"{change.id} ({change.clause}): {_said(change)}{waiver}"


def _said(change: Change) -> str:
    """What was found, or how the verdict has changed."""
    unknown = "not known"
    moved = f"{change.before or unknown} before, {change.now or unknown} now"
    return shortened(change.said, LONGEST) or moved


def as_text(comparison: Comparison) -> Iterator[str]:
    """Lines for a terminal."""
    yield f"Gate: {printable(_runs(comparison))}"
    for reason in comparison.incomparable:
        yield f"not comparable: {printable(reason)}"
    for group, changes in comparison.groups.items():
        if not changes:
            continue
        yield f"\n{HEADLINES[group]} ({len(changes)})"
        listed, rest = _shown(group, changes)
        yield from (f"  {printable(_line(change))}" for change in listed)
        if rest:
            yield f"  {rest}"
    if any(waiver.problems for waiver in comparison.waivers):
        yield "\nWaivers to look at"
    for waiver in comparison.waivers:
        for problem in waiver.problems:
            yield printable(f"  {waiver.requirement} of {waiver.owner} {problem}")
    yield f"\n{answer(comparison)}"


def as_markdown(comparison: Comparison) -> str:
    """A comment for a merge request."""
    lines = [f"## {answer(comparison)}", "", inline(_runs(comparison)), ""]
    lines += [f"- **not comparable:** {inline(reason)}" for reason in comparison.incomparable]
    for group, changes in comparison.groups.items():
        if not changes:
            continue
        lines += ["", f"### {HEADLINES[group]} ({len(changes)})", ""]
        listed, rest = _shown(group, changes)
        lines += ["| requirement | clause | what was found |", "| --- | --- | --- |"]
        for change in listed:
            said = _said(change)
            if change.waiver:
                waiver = change.waiver
                said = f"{said} Waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
                said += f" ({waiver.link})"
            lines.append(f"| `{change.id}` | {inline(change.clause)} | {inline(said)} |")
        if rest:
            lines += ["", rest]
    problems = [
        f"- `{waiver.requirement}` of {inline(waiver.owner)} {inline(problem)}"
        for waiver in comparison.waivers
        for problem in waiver.problems
    ]
    if problems:
        lines += ["", "### Waivers to look at", "", *problems]
    return "\n".join(lines) + "\n"


def as_junit(comparison: Comparison, file: Path) -> None:
    """One test case for each requirement that the gate looked at, for a CI server."""
    suite = ET.Element("testsuite", name=f"gate {_runs(comparison)}")
    failures = skipped = tests = 0
    for reason in comparison.incomparable:
        case = ET.SubElement(suite, "testcase", classname="gate", name="comparable")
        ET.SubElement(case, "failure", message=_xml(reason))
        failures, tests = failures + 1, tests + 1
    for group, changes in comparison.groups.items():
        for change in changes:
            tests += 1
            case = ET.SubElement(suite, "testcase", classname=f"gate.{group}", name=change.id)
            if group in BARRING:
                failures += 1
                ET.SubElement(case, "failure", message=_xml(f"{group}: {change.said}"))
            elif group is not Group.FIXED:
                skipped += 1
                ET.SubElement(case, "skipped", message=_xml(HEADLINES[group]))
    for name, count in (("tests", tests), ("failures", failures), ("skipped", skipped)):
        suite.set(name, str(count))
    suite.set("errors", "0")
    tree = ET.ElementTree(ET.Element("testsuites"))
    root = tree.getroot()
    assert root is not None, "given just now"  # noqa: S101
    root.append(suite)
    tree.write(file, encoding="utf-8", xml_declaration=True)


def _xml(text: str) -> str:
    return printable(text.replace("\n", " "))


def as_data(comparison: Comparison, baseline: str, candidate: str) -> dict[str, Any]:
    """Everything, for a program: `gate.schema.json`."""
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "baseline": _run(comparison.baseline, baseline),
        "candidate": _run(comparison.candidate, candidate),
        "may_be_rolled_out": comparison.green,
        "incomparable": comparison.incomparable,
        "groups": {
            str(group): [_change(change) for change in changes]
            for group, changes in comparison.groups.items()
        },
        "waivers": [
            {
                "requirement": waiver.requirement,
                "reason": waiver.reason,
                "owner": waiver.owner,
                "link": waiver.link,
                "expires": waiver.expires.isoformat(),
                "firmware": waiver.firmware,
                "used": waiver.used,
                "problems": waiver.problems,
            }
            for waiver in comparison.waivers
        ],
    }


def _run(row: dict[str, Any], file: str) -> dict[str, Any]:
    keys = ("firmware", "api_version", "started", "profile", "allow")
    return {"file": file, **{key: row[key] for key in keys}}


def _change(change: Change) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": change.id,
        "clause": change.clause,
        "title": change.title,
        "before": change.before,
        "now": change.now,
        "said": change.said,
    }
    return data | ({"waiver": change.waiver.requirement} if change.waiver else {})
