"""Checks of what protects the default route (RD-15): refused with any code, and nothing changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.check import requirement
from conformance.families.system.ownroutes import REMOVE, OwnRoutes
from conformance.families.system.spare import near
from conformance.families.system.tidy import rejects

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.families.system.network import Network, Route

PUT = "system.network.routes.put"
STAYS = "system.network.routes.id.delete.default-stays"
# Halves of the whole address space: only the netmask of the default route is changed.
HALF = "0.0.0.0/1"


def default_of(check: Check, before: Network) -> Route:
    """The default route.

    Raises:
        NotRun: the SUT has none, or the harness may be beyond it.
    """
    if not near(check, before):
        check.not_run("the harness may reach the PBX through the default route only")
    # Of several the one in use: another may be no more than a reserve.
    found = sorted(
        (one for one in before.routes if one.default),
        key=lambda one: (one.enabled != "true", str(one)),
    )
    if not found:
        check.not_run("the PBX has no default route")
    return found[0]


@requirement(f"{PUT}.default-stays-enabled")
def test_default_route_can_not_be_disabled(check: Check) -> None:
    own = OwnRoutes(check)
    default = default_of(check, own.before)
    if default.enabled != "true":
        check.not_run("the default route is disabled")
    own.ready()
    with rejects(check, f"{PUT}.default-stays-enabled"):
        exchange = own.change(replace(default, enabled="false"))
        check.expect_rejected(f"{PUT}.default-stays-enabled", exchange)


@requirement(f"{PUT}.default-keeps-destination")
def test_default_route_keeps_its_destination(check: Check) -> None:
    own = OwnRoutes(check)
    default = default_of(check, own.before)
    own.ready()
    with rejects(check, f"{PUT}.default-keeps-destination"):
        for destination in (str(own.part), HALF):
            exchange = own.change(replace(default, destination=destination))
            check.expect_rejected(f"{PUT}.default-keeps-destination", exchange)


@requirement(STAYS)
def test_default_route_can_not_be_removed(check: Check) -> None:
    with rejects(check, STAYS) as before:
        default = default_of(check, before)
        check.expect_rejected(STAYS, check.call(REMOVE, key=default.id))
