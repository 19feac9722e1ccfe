"""The page: one file, no script, style or picture from elsewhere, and what the PBX said is text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from conformance.matrix.column import notes
from conformance.matrix.embed import details
from conformance.matrix.table import FAIL, UNKNOWN
from conformance.matrix.trend import MANY, trend
from conformance.report.markup import (
    SIGNS,
    WORDS,
    environment,
    for_script,
    own_file,
    source_hash,
)

if TYPE_CHECKING:
    from conformance.matrix.table import Cell, Group, Line, Table

__all__ = ["render"]

PACKAGE = "conformance.matrix"
ALL_SIGNS = {**{str(verdict): sign for verdict, sign in SIGNS.items()}, UNKNOWN: "\N{MIDDLE DOT}"}
MOST_SAID = 5


def render(table: Table) -> str:
    """The page as HTML."""
    runs, lines = len(table.columns), table.lines
    style = own_file(PACKAGE, "matrix.css") + Markup(":root { --runs: %d; }") % runs
    script = own_file(PACKAGE, "matrix.js")
    template = environment(PACKAGE).get_template("matrix.html")
    return template.render(
        policy=f"default-src 'none'; style-src {source_hash(style)}; "
        f"script-src {source_hash(script)}; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        data=for_script(details(table)),
        columns=table.columns,
        many=runs > MANY,
        firmwares=table.firmwares,
        sections=[_section(*section) for section in groupby(table.groups, _family)],
        requirements=len(lines),
        differing=sum(line.differs for line in lines),
        flipping=sum(line.flips for line in lines),
        trend=trend(table),
        notes=list(notes(table.columns)),
        broken=[_broken(table, line) for line in lines if FAIL in line.verdicts],
        most_said=MOST_SAID,
        signs=ALL_SIGNS,
        words={name: "not known" if name == UNKNOWN else name for name in ALL_SIGNS},
        meanings=WORDS,
    )


def _family(group: Group) -> str:
    return group.family


def _section(family: str, groups: Any) -> dict[str, Any]:
    shown = [
        {
            "endpoint": group.endpoint,
            "total": len(group.lines),
            "differing": sum(line.differs for line in group.lines),
            "lines": [_line(line) for line in group.lines],
        }
        for group in groups
    ]
    return {
        "family": family,
        "groups": shown,
        "total": sum(group["total"] for group in shown),
        "differing": sum(group["differing"] for group in shown),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "title": line.title,
        "clause": line.clause,
        "has": " ".join(sorted(line.verdicts)),
        "difference": "flips" if line.flips else "differs" if line.differs else "",
        "cells": [_cell(cell) for cell in line.cells],
    }


def _cell(cell: Cell) -> dict[str, str]:
    remarks = len(cell.row["remarks"]) if cell.row else 0
    said, look = [cell.verdict if cell.row else "not known"], [cell.verdict]
    if cell.found:
        said.append(f"{cell.found} in the generated search")
        look.append(f"also-{cell.found}")
    if remarks:
        said.append("1 remark" if remarks == 1 else f"{remarks} remarks")
        look.append("remarked")
    sign = ALL_SIGNS[cell.verdict] + (ALL_SIGNS[cell.found] if cell.found else "")
    return {"look": " ".join(look), "said": ", ".join(said), "sign": sign}


def _broken(table: Table, line: Line) -> dict[str, Any]:
    """What was observed where a requirement is broken, and in which runs: what print can't open."""
    said: dict[str, list[str]] = {}
    for column, cell in zip(table.columns, line.cells, strict=True):
        if FAIL in cell.verdicts and cell.row and cell.row["failure"]:
            said.setdefault(cell.row["failure"]["observed"], []).append(column.label)
    return {"id": line.id, "title": line.title, "clause": line.clause, "said": list(said.items())}
