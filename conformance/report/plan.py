"""`run --plan`: what would run and what is left out, and why, without a request."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from conformance.run import Run

__all__ = ["show_plan"]


def show_plan(run: Run) -> int:
    """Print the plan of a run by safety class; the exit status is 0."""
    connection = run.sut.target.connection
    runs: dict[SafetyClass, list[str]] = defaultdict(list)
    left_out: dict[str, list[str]] = defaultdict(list)
    for item in filter(run.selected, run.catalogue.requirements.values()):
        reason = run.sut.unmet(item)
        if reason:
            left_out[reason].append(item.id)
        else:
            runs[item.safety].append(item.id)
    click.echo(f"Plan for {connection.name or connection.url}; nothing is sent now.")
    for safety in SafetyClass:
        if safety in runs:
            _show(f"{safety}: {len(runs[safety])} requirements would be judged", runs[safety])
    for line in _objects(run, runs):
        click.echo(line)
    for reason, names in sorted(left_out.items()):
        _show(f"left out, {len(names)} requirements: {reason}", names)
    return 0


def _show(headline: str, names: list[str]) -> None:
    click.echo(f"\n{headline}")
    for name in names:
        click.echo(f"  {name}")


def _objects(run: Run, runs: Container[SafetyClass]) -> Iterator[str]:
    pixit = run.sut.target.pixit
    if SafetyClass.CONFIG in runs:
        yield "\nWould create, and delete again, contacts of its own"
        if pixit.extensions:
            yield f"  extensions within {pixit.extensions[0]}-{pixit.extensions[-1]}"
        if pixit.callgroup_selections:
            first, last = pixit.callgroup_selections[0], pixit.callgroup_selections[-1]
            yield f"  callgroups with selections within {first}-{last}"
    if SafetyClass.NETWORK in runs and pixit.route_destination:
        yield f"  the route {pixit.route_destination}"
