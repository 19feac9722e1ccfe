"""Progress of a run on the terminal: a live line where there is one, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar

from conformance.text import printable, shortened
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    import pytest

    from conformance.run import Run

__all__ = ["Progress"]

_STYLE = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.INCONC: "yellow",
    Verdict.ERROR: "bold magenta",
    Verdict.NONE: "dim",
}
# Without a live display a line appears each time another tenth is done.
PLAIN_STEPS = 10
MOST_LEFTOVERS = 5
LONGEST_LINE = 300


class _Console(Console):
    """A console whose reader may go away: the run goes on, and its report is written."""

    def on_broken_pipe(self) -> None:
        self._silence()

    def print(self, *objects: Any, **how: Any) -> None:
        try:
            super().print(*objects, **how)
        except OSError:
            self._silence()

    def _silence(self) -> None:
        self.quiet = True
        # What the interpreter flushes at its end goes nowhere as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Progress:
    """Shows how far the run is; a plugin of the pytest session."""

    def __init__(self, run: Run, *, embedded: bool, console: Console | None = None) -> None:
        self.run = run
        self.embedded = embedded
        self.console = console or _Console(highlight=False, soft_wrap=True)
        self._live = self.console.is_terminal
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self._live,
        )
        self._task = self._bar.add_task("starting", total=None)
        self._total = self._done = 0

    def __enter__(self) -> Self:
        run, connection = self.run, self.run.sut.target.connection
        what = "the embedded emulator" if self.embedded else escape(connection.url)
        firmware = escape(printable(run.sut.firmware))
        self.console.print(
            f"Judging {what}: firmware {firmware}, API {run.sut.api_version}, "
            f"seed {run.seed}, profile {run.settings.profile}"
        )
        allow = sorted(run.sut.client.allow, key=lambda item: item.rank)
        self.console.print(f"Safety classes allowed: {', '.join(allow)}")
        if not connection.verify:
            self.console.print("[bold red]The PBX's TLS certificate is NOT verified[/]")
        if run.sut.pending_at_start:
            self.console.print(
                "[yellow]Changes of somebody else are pending: nothing that changes the "
                "configuration runs[/]"
            )
        for text in run.custody.earlier:
            self.console.print(f"[yellow]{escape(printable(text))}[/]")
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how much there is to do."""
        self._total = len(session.items)
        self._bar.update(self._task, total=self._total)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Name the check that runs."""
        self._bar.update(self._task, description=escape(nodeid.rpartition("::")[2][:48]))

    def pytest_runtest_logfinish(self) -> None:
        """Count a check that has ended."""
        self._done += 1
        self._bar.advance(self._task)
        step = max(1, self._total // PLAIN_STEPS)
        if not self._live and (self._done % step == 0 or self._done == self._total):
            self.console.print(f"  {self._done}/{self._total} checks")

    def closing(self, results: dict[str, Any], folder: Path) -> None:
        """The short summary at the end, with what failed and where the report is."""
        for row in results["requirements"]:
            if row["verdict"] == Verdict.FAIL:
                observed = escape(printable(shortened(row["failure"]["observed"], LONGEST_LINE)))
                self.console.print(f"[bold red]fail[/]   {row['id']}: {observed}")
            elif row["verdict"] == Verdict.ERROR:
                reason = escape(printable(row["reason"]))
                self.console.print(f"[bold magenta]error[/]  {row['id']}: {reason}")
        counts = results["summary"]
        parts = [f"[{_STYLE[verdict]}]{counts[verdict]} {verdict}[/]" for verdict in Verdict]
        self.console.print(f"{', '.join(parts)} in {results['duration_s']:.1f} s")
        leftovers = results["leftovers"]
        for text in leftovers[:MOST_LEFTOVERS]:
            self.console.print(f"[yellow]left on the PBX:[/] {escape(printable(text))}")
        if len(leftovers) > MOST_LEFTOVERS:
            more = len(leftovers) - MOST_LEFTOVERS
            self.console.print(f"[yellow]and {more} more: see results.json[/]")
        if results["stopped_answering"]:
            said = escape(printable(results["stopped_answering"]["said"]))
            self.console.print(f"[bold red]{said}[/]; nothing more was asked of it")
        self._as_found(results["as_found"])
        if not results["complete"]:
            self.console.print("[yellow]The run is not complete[/]")
        self.console.print(f"Report: {folder / 'report.html'}")

    def _as_found(self, said: dict[str, Any]) -> None:
        """Whether the PBX is left as it was found."""
        differences = said["differences"]
        if not said["compared"]:
            self.console.print(
                f"[yellow]Not known whether the PBX is as it was found: {said['reason']}[/]"
            )
        elif not differences:
            self.console.print("The PBX is as it was found")
        for text in differences[:MOST_LEFTOVERS]:
            self.console.print(f"[yellow]not as it was found:[/] {escape(printable(text))}")
        if len(differences) > MOST_LEFTOVERS:
            more = len(differences) - MOST_LEFTOVERS
            self.console.print(f"[yellow]and {more} more differences: see results.json[/]")
