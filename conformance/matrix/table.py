"""The table of requirements and runs, as plain data.

A cell shows the verdict of the fixed checks, as the gate does: what only a generated search has
found may be found in one run and not in the next, and is marked beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.matrix.column import Column, in_order
from conformance.report.markup import GENERAL
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["UNKNOWN", "Cell", "Group", "Line", "Table", "build", "family_of"]

PASS, FAIL = str(Verdict.PASS), str(Verdict.FAIL)
# Not a verdict: the run's results do not have the requirement.
UNKNOWN = "unknown"
# What a search may find that nobody should overlook.
LOUD = (FAIL, str(Verdict.ERROR))
NOT_KNOWN = "the catalogue of this run does not have it"
NOT_SELECTED = "this run was narrowed by --select, which left it out"
EITHER = "the catalogue of this run does not have it, or --select left it out"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One requirement in one run.

    Attributes:
        verdict: of the fixed checks, or `unknown`.
        found: `fail` or `error` where only a generated search came to it, else empty.
        row: the requirement as the results have it; None where they do not.
        reason: why; may be empty.
    """

    verdict: str
    found: str
    row: Row | None
    reason: str

    @property
    def verdicts(self) -> set[str]:
        """Everything that it shows."""
        return {self.verdict, self.found} - {""}


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement in all runs, in the order of the columns."""

    id: str
    clause: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs that know it do not say the same of it."""
        known = {(cell.verdict, cell.found) for cell in self.cells if cell.row is not None}
        return len(known) > 1

    @property
    def flips(self) -> bool:
        """Whether it holds in one run and is broken in another."""
        clean = any(cell.verdicts == {PASS} for cell in self.cells)
        return clean and any(FAIL in cell.verdicts for cell in self.cells)

    @property
    def verdicts(self) -> set[str]:
        """Everything that its cells show."""
        return set().union(*(cell.verdicts for cell in self.cells))


@dataclass(frozen=True, slots=True)
class Group:
    """The requirements of one endpoint."""

    family: str
    endpoint: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Table:
    """Requirements by family and endpoint, runs in the order of their firmware."""

    columns: list[Column]
    groups: list[Group]

    @property
    def lines(self) -> list[Line]:
        """All requirements, in the order of the groups."""
        return [line for group in self.groups for line in group.lines]

    @property
    def firmwares(self) -> list[str]:
        """The versions in order; several runs of one count once."""
        return list(dict.fromkeys(column.firmware for column in self.columns))


def build(runs: Iterable[Row]) -> Table:
    """Lay runs side by side.

    Args:
        runs: what `read_results` gives, in any order; at least one.
    """
    columns = in_order(runs)
    rows = [{row["id"]: row for row in column.results["requirements"]} for column in columns]
    groups: dict[str, Group] = {}
    for name, shown in _requirements(columns).items():
        cells = tuple(
            _cell(have[name]) if name in have else _absent(name, column, columns, rows)
            for column, have in zip(columns, rows, strict=True)
        )
        for column, cell in zip(columns, cells, strict=True):
            column.counts[cell.verdict] += 1
            column.found += bool(cell.found)
        endpoint = shown["endpoint"] or GENERAL
        group = groups.setdefault(endpoint, Group(family_of(shown["endpoint"]), endpoint, []))
        group.lines.append(Line(name, shown["clause"], shown["title"], cells))
    # Endpoints of one family stay together, whatever catalogue they come from.
    families = list(dict.fromkeys(group.family for group in groups.values()))
    return Table(columns, sorted(groups.values(), key=lambda group: families.index(group.family)))


def family_of(endpoint: str | None) -> str:
    """The family of an endpoint as the guide names it: the first part of its path."""
    path = (endpoint or "").partition(" ")[2]
    return path.strip("/").partition("/")[0] or GENERAL


def _requirements(columns: Sequence[Column]) -> dict[str, Row]:
    """Every requirement once, in the order and the words of the latest run that has it."""
    found: dict[str, Row] = {}
    for column in sorted(columns, key=lambda one: one.moment, reverse=True):
        for row in column.results["requirements"]:
            found.setdefault(row["id"], row)
    return found


def _cell(row: Row) -> Cell:
    # Results without a core are of a release that did not tell the search apart.
    verdict = str(row.get("core", row["verdict"]))
    found = row["verdict"] if row["verdict"] != verdict and row["verdict"] in LOUD else ""
    return Cell(verdict, found, row, row["reason"])


def _absent(
    name: str, column: Column, columns: Sequence[Column], rows: Sequence[dict[str, Row]]
) -> Cell:
    """Results hold what was selected alone: it takes a run of the same catalogue to say why."""
    if not column.results.get("select"):
        return Cell(UNKNOWN, "", None, NOT_KNOWN)
    known = any(
        name in have
        for other, have in zip(columns, rows, strict=True)
        if column.catalogue and other.catalogue == column.catalogue
    )
    return Cell(UNKNOWN, "", None, NOT_SELECTED if known else EITHER)
