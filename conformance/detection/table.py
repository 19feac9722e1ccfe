"""The figures of a campaign on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from conformance.detection.campaign import Campaign, Result
    from conformance.emulator.seeded import Defect

__all__ = ["show", "show_result"]


def show_result(console: Console, result: Result, done: int, total: int) -> None:
    """One line for a trial that did not end as it should."""
    if not (result.survived or result.false_alarm):
        return
    what = "survived" if result.survived else "false alarm"
    console.print(f"[bold red]{what}[/] ({done}/{total}) {escape(result.trial.name)}")
    for line in _reasons(result):
        console.print(f"    {escape(line)}")


def _reasons(result: Result) -> list[str]:
    outcome = result.outcome
    found = [f"{name}: {said}" for name, said in (outcome.failed | outcome.errors).items()]
    return [*found, *([outcome.trouble] if outcome.trouble else [])]


def show(console: Console, campaign: Campaign) -> None:
    """The kill rate by kind and by family, the survivors, the false alarms."""
    if any(result.defect for result in campaign.results):
        console.print(_rates(campaign, "kind", lambda defect: defect.kind))
        console.print(_rates(campaign, "family", lambda defect: defect.family))
    for result in campaign.survivors:
        title = result.defect.title if result.defect else ""
        console.print(f"[bold red]survivor[/]     {result.trial.name}: {escape(title)}")
    for result in campaign.false_alarms:
        console.print(f"[bold red]false alarm[/]  {escape(result.trial.name)}")
        for line in _reasons(result):
            console.print(f"    {escape(line)}")
    permitted = [result for result in campaign.results if result.defect is None]
    killed = sum(result.outcome.found for result in campaign.results if result.defect)
    tried = len(campaign.results) - len(permitted)
    console.print(
        f"{killed} of {tried} defects found, {len(campaign.false_alarms)} false alarm(s) in "
        f"{len(permitted)} run(s) of permitted behaviour; seed {campaign.seed}, "
        f"profile {campaign.profile}"
    )


def _rates(campaign: Campaign, title: str, of: Callable[[Defect], str]) -> Table:
    table = Table(title, "found", "of", "rate")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, found, there in campaign.rates(of):
        table.add_row(name, str(found), str(there), f"{found / there:.0%}")
    return table
