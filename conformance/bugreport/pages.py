"""What people read: report.md of one cause, index.md over all of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.bugreport.case import conditions_of, safety_of, title_of
from conformance.bugreport.causes import SEVERITIES
from conformance.bugreport.raw import raw
from conformance.report.markdown import code, fenced, inline
from conformance.text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.bugreport.causes import Cause, Row
    from conformance.bugreport.history import History
    from conformance.catalogue import Catalogue, Reading

__all__ = ["Report", "index", "page"]

LONGEST_BODY, LONGEST_DRAWN, LONGEST_CELL = 2000, 2000, 160
_READING = re.compile(r"RD-\d+")
FILES = {
    "sequence.http": "the requests and answers, whole",
    "reproduce.sh": "sends the requests again: bash and curl, nothing else",
    "case.json": "for `kpbx-conformance replay`, which also judges the answers",
    "answer.xml": "the answer that broke the schema, secrets withheld",
    "schema": "the schema and what it includes",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One cause, and where its report lies.

    Attributes:
        folder: the name of its folder.
        history: what earlier runs say.
        files: what lies beside report.md.
        schema: the schema that was broken, below `schema/`; empty if it is about none.
    """

    cause: Cause
    folder: str
    history: History
    files: tuple[str, ...]
    schema: str = ""


def page(report: Report, results: dict[str, Any], catalogue: Catalogue) -> str:
    """report.md."""
    parts = _parts(report, results, catalogue)
    return "\n\n".join(parts) + "\n"


def _parts(report: Report, results: dict[str, Any], catalogue: Catalogue) -> Iterator[str]:
    cause = report.cause
    yield f"# {inline(title_of(cause))}"
    yield _facts(report, results, catalogue)
    yield "## What the guide requires"
    yield _required(cause, catalogue)
    yield "## What was observed"
    yield f"Expected: {inline(cause.failure['expected'])}"
    yield fenced(cause.failure["observed"])
    if report.schema:
        yield from _schema(report)
    if len(cause.rows) > 1:
        yield "The same cause breaks:"
        yield _requirements(cause.rows)
    yield "## How often, and since when"
    yield _often(cause)
    yield f"{inline(report.history.said)}."
    if report.history.runs:
        yield _runs(report.history)
    readings = list(_readings(cause, catalogue))
    if readings:
        yield "## How the guide was read"
        yield _read(readings, results["dialect"])
    yield "## The requests"
    yield from _sequence(report, results)
    yield "## Files"
    yield "\n".join(f"- `{name}`: {FILES[name]}" for name in report.files)


def _facts(report: Report, results: dict[str, Any], catalogue: Catalogue) -> str:
    lead = report.cause.lead
    target, document = results["target"], catalogue.document
    rows = [
        ("firmware", results["firmware"]),
        ("API version", results["api_version"]),
        (
            "clause",
            f"{lead['clause']}, {document['title']}, document revision {document['revision']}",
        ),
        ("endpoint", _endpoints(report.cause)),
        ("requirement", lead["id"]),
        ("found", f"{results['started']} on {target['name']}, seed {results['seed']}"),
        ("found by", "a generated search" if report.cause.searched else "a fixed check"),
        ("kind", SEVERITIES[report.cause.severity].what),
        ("needs", ", ".join(safety_of(report.cause))),
    ]
    states = list(dict.fromkeys(one for many in conditions_of(report.cause) for one in many))
    if states:
        rows.append(("lab condition", f"{', '.join(states)}, brought about for the run"))
    lines = ["| | |", "| --- | --- |"]
    lines += [f"| {name} | {inline(str(value))} |" for name, value in rows]
    return "\n".join(lines)


def _endpoints(cause: Cause) -> str:
    broken = cause.endpoints or ["every endpoint"]
    return f"{len(broken)} endpoints, see below" if len(broken) > 1 else broken[0]


def _required(cause: Cause, catalogue: Catalogue) -> str:
    row = cause.lead
    end = catalogue.endpoints.get(row["endpoint"] or "") if len(cause.endpoints) == 1 else None
    documented = end.code(row["code"]) if end and row["code"] is not None else None
    said = [f"{inline(row['title'])}."]
    if end is not None:
        said.append(f"The endpoint {inline(end.name)}: {inline(end.summary)}.")
    if documented is not None:
        when = f", for {inline(documented.when)}" if documented.when else ""
        message = inline(documented.message)
        said.append(f"Code {documented.code} is documented as “{message}”{when}.")
    return " ".join(re.sub(r"\.\.$|\.\.(?= )", ".", one) for one in said)


def _schema(report: Report) -> Iterator[str]:
    yield (
        f"The places are those of `answer.xml`. The schema is `schema/{report.schema}`, put "
        "together from the guide's example and text; it can be asked without this harness:"
    )
    yield fenced(f"xmllint --noout --schema schema/{report.schema} answer.xml", "sh")


def _requirements(rows: Sequence[Row]) -> str:
    lines = ["| requirement | clause | expected | observed |", "| --- | --- | --- | --- |"]
    for row in rows:
        failure = row["failure"]
        cells = (row["clause"], failure["expected"], failure["observed"])
        shown = " | ".join(inline(shortened(one, LONGEST_CELL)) for one in cells)
        lines.append(f"| {code(row['id'])} | {shown} |")
    return "\n".join(lines)


def _often(cause: Cause) -> str:
    row = cause.lead
    checks = row.get("checks")
    if not checks:
        return f"The checks that looked at it made {_count(row['exchanges'], 'exchange')}."
    failed, times = checks.get("fail", 0), row.get("times", 0)
    told = failed + checks.get("pass", 0)
    often = {1: "once", 2: "twice"}.get(times, f"{times} times")
    said = f"{failed} of the {told} checks that could tell found it broken, {often} in all."
    if told == 1:
        said = f"The one check that could tell found it broken, {often}."
    return f"{said} All checks that looked at it made {_count(row['exchanges'], 'exchange')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _runs(history: History) -> str:
    lines = ["| firmware | run | verdict |", "| --- | --- | --- |"]
    lines += [f"| {' | '.join(map(inline, run))} |" for run in history.runs]
    return "\n".join(lines)


def _readings(cause: Cause, catalogue: Catalogue) -> Iterator[Reading]:
    """The readings that the failures name, and those of the clause."""
    texts = [
        text
        for row in cause.rows
        for text in (row["title"], *row["remarks"], *map(str, row["failure"].values()))
    ]
    named = {name for text in texts for name in _READING.findall(text)}
    clauses = {row["clause"] for row in cause.rows} | {row["endpoint"] for row in cause.rows}
    for reading in catalogue.readings.values():
        if reading.id in named or reading.clause in clauses:
            yield reading


def _read(readings: Sequence[Reading], dialect: dict[str, str]) -> str:
    lines = ["Where the guide leaves something open, this is how it was taken:", ""]
    for one in readings:
        said = f"- {one.id}, {inline(one.clause)}. The guide: {inline(one.guide)}. "
        said += f"Taken as: {inline(one.choice)}."
        if one.id in dialect:
            said += f" This PBX was found to follow: {inline(dialect[one.id])}."
        lines.append(said)
    return "\n".join(lines)


def _sequence(report: Report, results: dict[str, Any]) -> Iterator[str]:
    failure = report.cause.failure
    drawn = failure.get("drawn")
    if drawn:
        yield "A generated search found it and cut it down. It had drawn (§ is a made-up word):"
        shown = json.dumps(drawn.get("message", drawn.get("steps")), ensure_ascii=False, indent=1)
        yield fenced(shortened(shown, LONGEST_DRAWN), "json")
    if "reproduce.sh" in report.files:
        yield (
            "`KPBX_PASSWORD=… KPBX_URL=http://… bash reproduce.sh` sends them again; its head says "
            "what it does to a PBX and which variables it takes. Ids that the PBX gives are taken "
            "from its answers; secrets are withheld here, and stand-ins there."
        )
        yield "`kpbx-conformance replay case.json --url http://…` also judges the answers."
    else:
        yield "The results were written by an earlier release, which kept less: there is no script."
    if failure["exchanges"]:
        url, states = results["target"]["url"], conditions_of(report.cause)
        yield fenced(raw(failure["exchanges"], url, LONGEST_BODY, states), "http")


def index(reports: Sequence[Report], results: dict[str, Any], selected: Sequence[str]) -> str:
    """index.md."""
    return "\n\n".join(_index(reports, results, selected)) + "\n"


def _index(
    reports: Sequence[Report], results: dict[str, Any], selected: Sequence[str]
) -> Iterator[str]:
    firmware, version = inline(results["firmware"]), results["api_version"]
    yield f"# What firmware {firmware} breaks"
    target = inline(results["target"]["name"])
    yield f"API {version}, run of {inline(results['started'])} on {target}."
    if not results.get("complete", True):
        yield "**The run is not complete:** what it did not come to is not in here."
    if results.get("stopped_answering"):
        yield f"**{inline(results['stopped_answering']['said'])}.**"
    if selected:
        yield f"Selected: {', '.join(f'`{inline(one)}`' for one in selected)}."
    if not reports:
        yield "Nothing: no requirement failed."
        return
    broken = sum(len(report.cause.rows) for report in reports)
    yield f"{_count(len(reports), 'cause')}, {_count(broken, 'broken requirement')}."
    lines = ["| | what is broken | kind | requirements | since | found by |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for number, report in enumerate(reports, 1):
        cause = report.cause
        title = f"[{inline(title_of(cause))}]({report.folder}/report.md)"
        since = report.history.since
        names = ", ".join(code(row["id"]) for row in cause.rows)
        found = "search" if cause.searched else "check"
        kind = SEVERITIES[cause.severity].what
        lines.append(f"| {number} | {title} | {kind} | {names} | {inline(since)} | {found} |")
    yield "\n".join(lines)
    yield "The worst first: what a fixed check found before what only a search found, then by kind:"
    yield "\n".join(f"{place}. {one.what}" for place, one in enumerate(SEVERITIES, 1))
