"""Checks of what a reboot and a power failure do to pending and to applied changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check import requirement
from conformance.families.pbx.changes import Ground, is_pending
from conformance.lab.safety import SafetyClass
from conformance.outage import await_return, cause

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.families.pbx.configuration import Configuration

PENDING = "pbx.pending.get"
SURVIVES = "pbx.apply.put.survives-reboot"


def permitted_ground(check: Check) -> Ground:
    """What these checks start from, where the run may change and apply the configuration.

    Raises:
        NotRun: it may not.
    """
    if SafetyClass.CONFIG not in check.sut.client.allow:
        check.not_run("safety class config is not allowed in this run")
    if check.sut.pending_at_start:
        check.not_run("somebody's changes were pending when the run began")
    return Ground(check)


def applied_is_there(ground: Ground, after: Configuration) -> bool:
    """Whether the callgroup that was applied is still there."""
    return ground.callgroup in after.callgroups and ground.member in after.users


@requirement(f"{PENDING}.lost-on-reboot", SURVIVES)
def test_reboot_drops_what_is_pending_and_nothing_else(check: Check) -> None:
    ground = permitted_ground(check)
    pending = ground.pending_kinds()
    before = ground.shown()
    ground.change_all(pending)
    outage = cause(check, "PUT /system/restart")
    after = ground.shown()
    found = before.differences(after)
    if not outage.seen and found and pending:
        check.inconclusive("the PBX was not seen to restart")
    held = applied_is_there(ground, after)
    check.that(SURVIVES, held, "the applied callgroup and its member", found)
    check.passed(SURVIVES)
    if not pending:
        check.inconclusive("changes are in operation at once, nothing was pending (RD-17)")
    expected = "the configuration as applied before the reboot"
    check.that(f"{PENDING}.lost-on-reboot", not found, expected, found)
    still = is_pending(check)
    check.that(f"{PENDING}.lost-on-reboot", not still, "pbx_pending false", "pbx_pending is true")
    check.call("PUT /pbx/apply")
    found = before.differences(ground.shown())
    check.that(f"{PENDING}.lost-on-reboot", not found, f"{expected}, also after apply", found)


@requirement(f"{PENDING}.lost-on-power-failure")
def test_power_failure_drops_what_is_pending_and_nothing_else(check: Check) -> None:
    requirement_id = f"{PENDING}.lost-on-power-failure"
    ground = permitted_ground(check)
    pending = ground.pending_kinds()
    before = ground.shown()
    ground.change_all(pending)
    try:
        check.sut.lab.switch("power", on=False)
    finally:
        check.sut.lab.switch("power", on=True)
    await_return(check)
    found = before.differences(ground.shown())
    if not pending:
        check.inconclusive("changes are in operation at once, nothing was pending (RD-17)")
    expected = "the configuration as applied before the power failure"
    check.that(requirement_id, not found, expected, found)
    still = is_pending(check)
    check.that(requirement_id, not still, "pbx_pending false", "pbx_pending is true")
