"""The trend: each run's verdicts as a picture, with the numbers beneath it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from conformance.matrix.table import FAIL, UNKNOWN
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from conformance.matrix.column import Column
    from conformance.matrix.table import Table

__all__ = ["MANY", "trend"]

# In units of the picture, which are pixels where it is not scaled.
MARGIN, NARROW, WIDE = 100, 40, 128
BROKEN, WHOLE, LINE = 64, 120, 16
# More columns than these are narrow, with slanted labels.
MANY = 6
# How long the label of a column may be, and how far down each of its letters takes it.
LONGEST, LETTER = 32, 6
# From the bottom up: what can't be said of the PBX lies on what can.
STACK = (FAIL, "pass", "inconc", "error", "none", UNKNOWN)


def trend(table: Table) -> dict[str, Any]:
    """Where every part of the picture goes.

    Broken requirements are few among hundreds that hold: they have a band and a scale of their own.
    """
    slanted = len(table.columns) > MANY
    step = NARROW if slanted else WIDE
    total = max(1, len(table.lines))
    most = max([1, *(column.counts[FAIL] for column in table.columns)])
    shown = [
        verdict
        for verdict in (*map(str, Verdict), UNKNOWN)
        if verdict in {"pass", FAIL} or any(column.counts[verdict] for column in table.columns)
    ]
    often = Counter(column.firmware for column in table.columns)
    labels = [
        (column.label if often[column.firmware] > 1 else column.firmware)[:LONGEST]
        for column in table.columns
    ]
    return {
        "width": MARGIN + step * len(table.columns) + 8,
        "step": step,
        "margin": MARGIN,
        "broken": BROKEN,
        "whole": WHOLE,
        "line": LINE,
        "verdicts": shown,
        "searched": any(column.found for column in table.columns),
        "slanted": slanted,
        "foot": 24 + LETTER * max(map(len, labels)) if slanted else 36,
        "columns": [
            {
                "label": column.label,
                "short": labels[number],
                "firmware": column.firmware,
                "told": column.told,
                "found": column.found,
                "x": MARGIN + step * number,
                "fail": BROKEN * column.counts[FAIL] / most,
                "counts": column.counts,
                "parts": _parts(column, total),
            }
            for number, column in enumerate(table.columns)
        ],
    }


def _parts(column: Column, total: int) -> list[dict[str, Any]]:
    parts, top = [], float(WHOLE)
    for verdict in STACK:
        height = WHOLE * column.counts[verdict] / total
        if height:
            top -= height
            part = {"verdict": verdict, "y": top, "height": height}
            parts.append({**part, "count": column.counts[verdict]})
    return parts
