"""What the page opens a cell to: every text once, within a bound, as plain data for its script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.report.markup import for_script
from conformance.text import visible

if TYPE_CHECKING:
    from conformance.matrix.table import Cell, Table

__all__ = ["details"]

# Bytes of texts that the page takes up in full; then they are cut short, exchanges left out.
ROOM = 6 * 1024 * 1024
LONGEST, SHORTEST = 4000, 200


class _Pool:
    """Things that are kept once and known by their number."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._numbers: dict[Any, int] = {}

    def number(self, key: Any, item: Any = None) -> int:
        """The number of a thing, which is kept if it is new."""
        if key not in self._numbers:
            self._numbers[key] = len(self.items)
            self.items.append(key if item is None else item)
        return self._numbers[key]


class _Details:
    def __init__(self, room: int) -> None:
        self.texts, self.exchanges, self.failures, self.details = (_Pool() for _ in range(4))
        self._room = room
        self._known: dict[str, int] = {}

    def text(self, text: str) -> int:
        """The number of a text."""
        if text not in self._known:
            longest = LONGEST if self._room > 0 else SHORTEST
            shown = visible(text[:longest])
            if len(text) > longest:
                shown += f" … and {len(text) - longest} characters more: see results.json"
            self._known[text] = self.texts.number(shown)
            self._room -= len(for_script(shown).encode())
        return self._known[text]

    def _exchange(self, exchange: dict[str, Any]) -> int:
        item: dict[str, Any] = {
            key: self.text(exchange[key])
            for key in ("method", "path", "body", "broken", "lost", "curl")
        }
        if response := exchange["response"]:
            lines = [f"{name}: {value}" for name, value in response["headers"].items()]
            item["status"] = response["status"]
            item["headers"] = self.text("\n".join(lines))
            item["answer"] = self.text(response["body"])
        return self.exchanges.number(tuple(item.items()), item)

    def _failure(self, failure: dict[str, Any]) -> int:
        item: dict[str, Any] = {
            "expected": self.text(failure["expected"]),
            "observed": self.text(failure["observed"]),
            "exchanges": [],
            "left_out": 0,
        }
        for exchange in failure["exchanges"]:
            if self._room > 0:
                item["exchanges"].append(self._exchange(exchange))
            else:
                item["left_out"] += 1
        return self.failures.number(repr(item), item)

    def cell(self, cell: Cell) -> int:
        """The number of what a cell opens to."""
        row = cell.row or {"remarks": [], "exchanges": 0, "failure": None}
        item: dict[str, Any] = {
            "verdict": cell.verdict,
            "whole": cell.row["verdict"] if cell.row else cell.verdict,
            "reason": self.text(cell.reason),
            "remarks": [self.text(remark) for remark in row["remarks"]],
            "exchanges": row["exchanges"],
            "failure": self._failure(row["failure"]) if row["failure"] else -1,
        }
        return self.details.number(repr(item), item)


def details(table: Table, room: int = ROOM) -> dict[str, Any]:
    """What the cells open to; `cells` has a number for each, line by line.

    Args:
        table: the table.
        room: bytes of texts that are taken up in full. Those of the latest runs come first.
    """
    kept, lines = _Details(room), table.lines
    clauses = [kept.text(line.clause) for line in lines]
    cells = [[0] * len(table.columns) for _ in lines]
    latest = sorted(
        range(len(table.columns)), key=lambda one: table.columns[one].moment, reverse=True
    )
    for column in latest:
        for number, line in enumerate(lines):
            cells[number][column] = kept.cell(line.cells[column])
    return {
        "texts": kept.texts.items,
        "exchanges": kept.exchanges.items,
        "failures": kept.failures.items,
        "details": kept.details.items,
        "cells": cells,
        "clauses": clauses,
        "runs": [visible(column.label) for column in table.columns],
    }
