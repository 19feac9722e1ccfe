"""`run --plan`: what would run and what is left out, and why, without a request."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click
import pytest

from conformance import selection
from conformance.lab.asked import APPLYING
from conformance.lab.conditions import CONDITIONS
from conformance.lab.safety import SafetyClass
from conformance.suite import Wiring, arguments
from conformance.sut import conditions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.catalogue import Endpoint
    from conformance.run import Run

__all__ = ["show_plan"]

ONLY_ASKS = {"GET"}
PREFLIGHT = "OPTIONS /cdr"
# Each of them closes the API, and the check that it does tries all.
GATING = {"license-missing", "license-expired", "license-disabled"}
IN_OPERATION = {
    SafetyClass.SERVICE: "reload or restart the engine: calls may be dropped; click2call may ring "
    "{click2call_exten}; a licence key may be activated",
    SafetyClass.REBOOT: "restart the system, several times, and switch its firmware; an update "
    "goes into the secondary slot and stays there",
    SafetyClass.HALT: "shut the system down; the lab hook powers it on again",
}


class _Gathered:
    """A plugin of a pytest session that collects only."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what would run."""
        self.items = session.items


def show_plan(run: Run) -> int:
    """Print the plan of a run by safety class; the exit status is 0.

    What only the PBX can tell (whether it has a licence for something, whether somebody's changes
    are pending) is not known yet: there the run may leave out more.
    """
    checks, judged = _checks(run)
    left_out: dict[str, list[str]] = defaultdict(list)
    on_the_way: list[str] = []
    for item in filter(run.selected, run.catalogue.requirements.values()):
        if reason := run.sut.unmet(item):
            left_out[reason].append(item.id)
        elif item.id not in judged:
            on_the_way.append(item.id)
    connection = run.sut.target.connection
    click.echo(f"Plan for {connection.name or connection.url}; nothing is sent now.")
    for safety in SafetyClass:
        if safety in checks:
            _show(f"{safety}: {_several(checks[safety], 'check')} would run", checks[safety])
    if on_the_way:
        headline = f"decided on the way, from any answer: {_several(on_the_way, 'requirement')}"
        _show(headline, on_the_way)
    for line in (*_requests(run), *_objects(run), *_conditions(run, judged)):
        click.echo(line)
    for reason, names in sorted(left_out.items()):
        _show(f"left out, {_several(names, 'requirement')}: {reason}", names)
    return 0


def _checks(run: Run) -> tuple[dict[SafetyClass, list[str]], set[str]]:
    """The checks that would run, by class, each with what it decides; and all that is decided."""
    gathered = _Gathered()
    pytest.main([*arguments(run), "--collect-only"], [Wiring(run), gathered])
    checks: dict[SafetyClass, list[str]] = defaultdict(list)
    judged: set[str] = set()
    for item in gathered.items:
        claims = selection.claims(item, run.catalogue.requirements)
        if any(run.sut.unmet(claim) for claim in claims):
            continue
        safety = max((claim.safety for claim in claims), key=lambda one: one.rank)
        names = [claim.id for claim in claims]
        checks[safety].append(f"{item.nodeid.removeprefix('families/')}  {' '.join(names)}")
        judged.update(names)
    return checks, judged


def _several(names: list[str], noun: str) -> str:
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'}"


def _show(headline: str, names: list[str]) -> None:
    click.echo(f"\n{headline}")
    for name in names:
        click.echo(f"  {name}")


def _requests(run: Run) -> Iterator[str]:
    """The requests that would be sent, as far as their class is allowed; any check may need them.

    A check may make more than its own class asks for, where that is allowed: a contact to be found.
    """
    allowed = run.sut.client.allow
    ends = [end for end in run.catalogue.endpoints.values() if end.method not in ONLY_ASKS]
    for safety in sorted(allowed, key=lambda one: one.rank):
        names = [end.name for end in ends if safety in _classes(end, allowed)]
        if safety is SafetyClass.READ:
            yield f"\nRequests that only ask: every GET, {', '.join(names)}, {PREFLIGHT}"
        elif names:
            yield f"\nRequests of class {safety} that would be sent: {', '.join(names)}"
        if safety in IN_OPERATION:
            exten = run.sut.target.pixit.click2call_exten or "nobody"
            yield f"They would {IN_OPERATION[safety].format(click2call_exten=exten)}"


def _classes(end: Endpoint, allowed: frozenset[SafetyClass]) -> set[SafetyClass]:
    """The classes that requests to an endpoint are of."""
    if end.name in APPLYING and SafetyClass.CONFIG not in allowed:
        return {SafetyClass.NETWORK}
    return {end.safety, end.rejected_safety}


def _objects(run: Run) -> Iterator[str]:
    allowed, pixit = run.sut.client.allow, run.sut.target.pixit
    if SafetyClass.CONFIG in allowed:
        yield "\nWould create, change and delete again, and nothing else of these kinds"
        yield "  contacts with texts of its own"
        if pixit.extensions:
            yield f"  extensions within {pixit.extensions[0]}-{pixit.extensions[-1]}"
        if pixit.callgroup_selections:
            first, last = pixit.callgroup_selections[0], pixit.callgroup_selections[-1]
            yield f"  callgroups with selections within {first}-{last}"
    if SafetyClass.NETWORK in allowed:
        yield "\nWould change and set back"
        if pixit.route_destination:
            yield f"  routes within {pixit.route_destination}, created and deleted again"
        yield "  the DNS address"
        yield "  no interface: what is sent must be rejected, or gives the values that one has"


def _conditions(run: Run, judged: Iterable[str]) -> Iterator[str]:
    """The lab conditions that would be brought about."""
    if not run.sut.target.hook:
        return
    named = {one for name in judged for one in conditions(run.catalogue.requirements[name])}
    if named & GATING:
        named |= GATING
    if named:
        called = ", ".join(name for name in CONDITIONS if name in named)
        yield f"\nThe lab hook would be called to bring about, and to end again: {called}"
