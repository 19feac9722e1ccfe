"""Since when a requirement is broken, as far as earlier runs say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.gate.firmware import order
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["History", "history_of"]


@dataclass(frozen=True, slots=True)
class History:
    """What earlier runs say of a requirement: `said` in a sentence, `runs` one by one."""

    said: str
    runs: tuple[tuple[str, str, str], ...] = ()

    @property
    def since(self) -> str:
        """The firmware alone; empty where it is not known."""
        return self.said.partition(";")[0].removeprefix("Since ") if self.runs else ""


def history_of(requirement: str, now: dict[str, Any], earlier: Sequence[dict[str, Any]]) -> History:
    """Since which firmware a requirement is broken.

    Args:
        requirement: its id.
        now: the results in which it fails.
        earlier: the results of other runs, in any order.
    """
    if not earlier:
        return History("Since when is not known: no results of earlier firmwares were given")
    runs = sorted(earlier, key=lambda run: (order(run["firmware"]), run["started"]))
    told = tuple((run["firmware"], run["started"], _verdict(requirement, run)) for run in runs)
    return History(_sentence(now["firmware"], told), told)


def _verdict(requirement: str, run: dict[str, Any]) -> str:
    rows = (row for row in run["requirements"] if row["id"] == requirement)
    row = next(rows, None)
    return "not known" if row is None else str(row["verdict"])


def _sentence(firmware: str, runs: Sequence[tuple[str, str, str]]) -> str:
    before = [run for run in runs if order(run[0]) <= order(firmware)]
    held = [place for place, run in enumerate(before) if run[2] == Verdict.PASS]
    after = before[held[-1] + 1 :] if held else before
    failed = [run[0] for run in after if run[2] == Verdict.FAIL]
    since = failed[0] if failed else firmware
    last = f"it last held in {before[held[-1]][0]}" if held else "no earlier run saw it hold"
    seen = _count(1 for run in before if run[2] == Verdict.FAIL)
    return f"Since {since}; {last}; broken in {seen} of {len(before)} earlier runs"


def _count(items: Iterable[int]) -> int:
    return sum(items)
