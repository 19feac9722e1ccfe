"""What `judge` says on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.text import printable, shortened
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["as_text"]

MOST_FAULTS, LONGEST = 20, 300


def as_text(results: dict[str, Any], folder: Path) -> Iterator[str]:
    """Lines for a terminal: what failed, what the client did wrong, the counts."""
    judged = results["judged"]
    yield (
        f"Judged from {judged['recording']}: {results['target']['url']}, firmware "
        f"{results['firmware']}, API {results['api_version']}, {judged['how']}"
    )
    yield f"{judged['judged']} of {judged['entries']} entries judged"
    for why, number in judged["left_out"].items():
        yield f"  left out, {number}: {why}"
    for row in results["requirements"]:
        if row["verdict"] == Verdict.FAIL:
            yield f"fail   {row['id']}: {_line(row['failure']['observed'])}"
        elif row["verdict"] == Verdict.ERROR:
            yield f"error  {row['id']}: {_line(row['reason'])}"
    if judged["client_faults"]:
        yield f"The client's own faults, {judged['client_faults']} request(s):"
        for fault in judged["faults"][:MOST_FAULTS]:
            said = "; ".join(fault["said"])
            yield f"  entry {fault['entry']}, {fault['method']} {fault['path']}: {_line(said)}"
        if judged["client_faults"] > MOST_FAULTS:
            yield f"  and {judged['client_faults'] - MOST_FAULTS} more: see results.json"
    yield ", ".join(f"{results['summary'][verdict]} {verdict}" for verdict in Verdict)
    yield f"Report: {folder / 'report.html'}"


def _line(text: str) -> str:
    return printable(shortened(text, LONGEST))
