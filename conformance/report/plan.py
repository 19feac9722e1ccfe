"""`run --plan`: what would run and what is left out, and why, without a request."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from conformance.run import Run

__all__ = ["show_plan"]


def show_plan(run: Run) -> int:
    """Print the plan of a run by safety class; the exit status is 0."""
    connection, pixit = run.sut.target.connection, run.sut.target.pixit
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
        if runs[safety]:
            click.echo(f"\n{safety}: {len(runs[safety])} requirements would be judged")
            for name in runs[safety]:
                click.echo(f"  {name}")
    if SafetyClass.CONFIG in runs and pixit.extensions:
        first, last = pixit.extensions[0], pixit.extensions[-1]
        click.echo(f"\nWould create, and delete again: extensions within {first}-{last},")
        if pixit.callgroup_selections:
            first, last = pixit.callgroup_selections[0], pixit.callgroup_selections[-1]
            click.echo(f"  callgroups with selections within {first}-{last}, contacts")
    if SafetyClass.NETWORK in runs and pixit.route_destination:
        click.echo(f"Would add, change and remove the route {pixit.route_destination}")
    for reason, names in sorted(left_out.items()):
        click.echo(f"\nleft out, {len(names)} requirements: {reason}")
        for name in names:
            click.echo(f"  {name}")
    return 0
