"""All judgements of a run, requirement by requirement, and the results made from them."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.catalogue import Catalogue, Requirement

__all__ = ["FORMAT", "FORMAT_VERSION", "Ledger", "catalogue_digest", "summary"]

FORMAT = "kpbx-conformance/results"
FORMAT_VERSION = 1


@dataclass(slots=True)
class _Entry:
    verdict: Verdict | None = None
    reason: str = ""
    remarks: dict[str, None] = field(default_factory=dict)
    exchanges: int = 0
    failure: dict[str, Any] | None = None
    searched: bool = False
    core: Verdict | None = None
    checks: Counter[str] = field(default_factory=Counter)
    times: int = 0


class Ledger:
    """Collects the records of checks, in any order and from any process."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self.har: list[dict[str, Any]] = []
        self.leftovers: list[str] = []
        self.dialect: dict[str, str] = {}
        self.courses: dict[str, Any] = {}
        """By check, what its requests depended on when it began (see `Sut.course`)."""

    def add(self, record: dict[str, Any]) -> None:
        """Take what one check left behind."""
        self.har += record["entries"]
        self.leftovers += record["leftovers"]
        self.dialect.update(record["dialect"])
        if "course" in record:
            self.courses[record["node"]] = record["course"]
        counted: set[str] = set()
        ended: dict[str, Verdict] = {}
        for item in record["observations"]:
            entry = self._entries.setdefault(item["requirement"], _Entry())
            entry.remarks.update(dict.fromkeys(item["remarks"]))
            if item["requirement"] not in counted:
                entry.exchanges += item["exchanges"]
                counted.add(item["requirement"])
            remark_only = item["verdict"] == Verdict.NONE and not item["reason"]
            if remark_only:
                continue
            _weigh(entry, item, record)
            verdict = Verdict(item["verdict"])
            entry.times += verdict is Verdict.FAIL
            ended[item["requirement"]] = max(
                verdict, ended.get(item["requirement"], verdict), key=lambda one: one.rank
            )
            if not record["searched"] and (entry.core is None or verdict.rank > entry.core.rank):
                entry.core = verdict
        for name, verdict in ended.items():
            self._entries[name].checks[str(verdict)] += 1

    def counts(self) -> Counter[str]:
        """How many requirements have each verdict so far."""
        return Counter(str(entry.verdict) for entry in self._entries.values() if entry.verdict)

    def requirements(
        self,
        catalogue: Catalogue,
        selected: Callable[[Requirement], bool],
        unseen: Callable[[Requirement], str],
    ) -> list[dict[str, Any]]:
        """The results of all selected requirements, in the catalogue's order.

        Args:
            catalogue: the guide's data.
            selected: whether a requirement is part of this run.
            unseen: why a requirement that no check decided was not decided.
        """
        rows = []
        for requirement in catalogue.requirements.values():
            if selected(requirement):
                entry = self._entries.get(requirement.id, _Entry())
                rows.append(_row(requirement, entry, unseen))
        return rows


def _weigh(entry: _Entry, item: dict[str, Any], record: dict[str, Any]) -> None:
    verdict = Verdict(item["verdict"])
    # Of two failures the one that comes again whatever is drawn tells more.
    surer = verdict is entry.verdict is Verdict.FAIL and entry.searched and not record["searched"]
    if entry.verdict is None or verdict.rank > entry.verdict.rank or surer:
        if entry.verdict is Verdict.INCONC and verdict is Verdict.PASS and entry.reason:
            entry.remarks[f"one check could not tell: {entry.reason}"] = None
        entry.verdict, entry.reason = verdict, item["reason"]
        entry.failure = item["failure"] and {**item["failure"], "check": record["node"]}
        entry.searched = record["searched"]
    elif verdict is Verdict.INCONC and entry.verdict is Verdict.PASS and item["reason"]:
        entry.remarks[f"one check could not tell: {item['reason']}"] = None


def _row(
    requirement: Requirement, entry: _Entry, unseen: Callable[[Requirement], str]
) -> dict[str, Any]:
    verdict = entry.verdict or Verdict.NONE
    reason = entry.reason
    if verdict is Verdict.NONE and not reason:
        reason = unseen(requirement)
    return {
        "id": requirement.id,
        "clause": requirement.clause,
        "endpoint": requirement.endpoint,
        "code": requirement.code,
        "title": requirement.title,
        "safety": str(requirement.safety),
        "verdict": str(verdict),
        "core": str(entry.core or Verdict.NONE),
        "reason": reason,
        "remarks": list(entry.remarks),
        "exchanges": entry.exchanges,
        "checks": dict(entry.checks),
        "times": entry.times,
        "failure": entry.failure,
    }


def summary(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Counts by verdict."""
    counts = Counter(row["verdict"] for row in rows)
    return {str(verdict): counts[str(verdict)] for verdict in Verdict}


def catalogue_digest(catalogue: Catalogue) -> str:
    """A short name for the set of requirements that a run was judged by."""
    names = "\n".join(f"{r.id}\t{r.title}\t{r.safety}" for r in catalogue.requirements.values())
    return hashlib.sha256(names.encode()).hexdigest()[:12]
