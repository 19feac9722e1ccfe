"""Checks of PUT /system/restart and PUT /system/halt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.behaviour.values import DNS_ADDRESSES
from conformance.check import requirement
from conformance.families.system.firmware import slots
from conformance.families.system.network import dns, is_address, routes
from conformance.families.system.ownroutes import OwnRoutes
from conformance.lab.safety import SafetyClass
from conformance.objects import Extensions, apply
from conformance.outage import Outage, await_return, cause, comes_back_by_itself

if TYPE_CHECKING:
    from conformance.check import Check

RESTART = "system.restart.put"
HALT = "system.halt.put"
SURVIVES = "pbx.apply.put.survives-reboot"


def drops_pending_changes(check: Check) -> bool:
    """Restart once more with a change pending: a reboot too short to be seen loses it (RD-55).

    Raises:
        Inconclusive: nothing can be made to be pending.
    """
    if SafetyClass.CONFIG not in check.sut.client.allow or not check.pixit.extensions:
        check.inconclusive("the PBX was not seen to go away, and no change may be made to tell")
    extensions = Extensions(check)
    exten = extensions.create()
    if check.call("GET /pbx/pending").flag("pbx_pending") is not True:
        check.inconclusive("the PBX was not seen to go away, and no change can be pending")
    cause(check, "PUT /system/restart")
    return exten not in extensions.listed()


@requirement(f"{RESTART}.reboots", f"{RESTART}.true", f"{RESTART}.keeps-slots")
def test_restart_reboots(check: Check) -> None:
    before = slots(check)
    outage = cause(check, "PUT /system/restart", claim=f"{RESTART}.reboots")
    exchange = outage.exchange
    said = exchange.flag("system_restarted")
    happened = outage.seen or (said is True and drops_pending_changes(check))
    expected = "the PBX goes away and comes back"
    observed = f"{exchange.summary()}, system_restarted {said}, and it went on answering"
    check.that(f"{RESTART}.reboots", happened, expected, observed, exchange)
    expected = "system_restarted true"
    check.soft(f"{RESTART}.true", said is True, expected, exchange.summary(), exchange)
    after = slots(check)
    kept = (after.primary, after.secondary) == (before.primary, before.secondary)
    check.that(f"{RESTART}.keeps-slots", kept, str(before), str(after), exchange)


@requirement(SURVIVES)
def test_applied_route_and_dns_survive_a_restart(check: Check) -> None:
    if SafetyClass.NETWORK not in check.sut.client.allow or not check.pixit.route_destination:
        check.not_run("no route may be made: class network is not allowed, or route_destination")
    own = OwnRoutes(check)
    own.create()
    before = own.before
    leased = any(one.dhcp and one.enabled == "true" for one in before.interfaces)
    if is_address(before.dns) and not leased:  # a lease may bring another at each start
        address = next(one for one in DNS_ADDRESSES if one != before.dns)
        body = {"dns": {"ip_address": address}}
        check.expect_code(check.call("PUT /system/network/dns", body), 0)
    apply(check)
    shown = lasting(check, own, leased)
    cause(check, "PUT /system/restart")
    now = lasting(check, own, leased)
    check.that(SURVIVES, now == shown, shown, now)


def lasting(check: Check, own: OwnRoutes, leased: bool) -> str:
    """The DNS address, unless it is leased, and how often the run's own route is listed."""
    times = sum(one.network == own.whole for one in routes(check))
    address = "leased" if leased else dns(check)
    return f"DNS {address}, {times} route(s) to {own.whole}"


def power_cycle(check: Check) -> None:
    """Cut the power and restore it, so that the PBX is up whatever it did."""
    check.sut.lab.switch("power", on=False)
    check.sut.lab.switch("power", on=True)
    await_return(check)


def halted(check: Check, outage: Outage) -> None:
    """State that the PBX went away and stays away."""
    exchange = outage.exchange
    said = f"{exchange.summary()}, system_halted {exchange.flag('system_halted')}"
    expected = "the PBX goes away until its power is switched"
    check.that(f"{HALT}.halts", outage.seen, expected, f"{said}, and it went on answering")
    back = comes_back_by_itself(check)
    observed = f"it answered again by itself after {back or 0:.1f} s"
    check.that(f"{HALT}.halts", back is None, expected, observed, exchange)


@requirement(f"{HALT}.halts", f"{HALT}.true")
def test_halt_shuts_down(check: Check) -> None:
    # A lab that can't restore the power says so now, while the PBX is still up.
    check.sut.lab.switch("power", on=True)
    outage = cause(check, "PUT /system/halt", returns=False)
    if outage.seen:
        check.on_exit(lambda: power_cycle(check))
    said = outage.exchange.flag("system_halted")
    summary = outage.exchange.summary()
    halted(check, outage)
    check.that(f"{HALT}.true", said is True, "system_halted true", summary, outage.exchange)
