"""Checks of the firmware slots: which one runs, and what switches between them.

Every reboot takes its time on hardware: each check goes to the other firmware and back once and
does there all that its claims need.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.system.firmware import (
    PRIMARY,
    PROMOTE,
    REBOOT,
    RESTORE,
    RUNNING,
    SECONDARY,
    slots,
    start_from,
    stay,
    switch,
)
from conformance.lab.safety import SafetyClass
from conformance.objects import Extensions
from conformance.verdict import Inconclusive, NotRun

if TYPE_CHECKING:
    from conformance.check import Check

GET = "system.firmware.get"
SECOND = "system.firmware.rebootsecondary.put"
PROMOTED = "system.firmware.promotesecondary.put"
RESTORED = "system.firmware.restoreprimary.put"
LOST = "pbx.pending.get.lost-on-reboot"
REJECTED, FAILED = "rejected-changes-nothing", "failure-changes-nothing"


@requirement(f"{GET}.same-again")
def test_slots_are_the_same_when_asked_again(check: Check) -> None:
    first, second = slots(check), slots(check)
    check.that(f"{GET}.same-again", first == second, str(first), str(second))


@pytest.mark.parametrize(
    ("endpoint", "slug"),
    [
        pytest.param(name, slug, marks=requirement(f"{slug}.code-13", f"{slug}.{REJECTED}"))
        for name, slug in ((PROMOTE, PROMOTED), (RESTORE, RESTORED))
    ],
)
def test_primary_firmware_can_be_neither_promoted_nor_restored(
    check: Check, endpoint: str, slug: str
) -> None:
    start_from(check, PRIMARY)
    stay(check, endpoint, 13, f"{slug}.{REJECTED}")


@requirement(f"{SECOND}.code-16", f"{SECOND}.{FAILED}")
def test_reboot_into_secondary_that_fails(check: Check) -> None:
    start_from(check, PRIMARY)
    with check.condition("reboot-failure"):
        stay(check, REBOOT, 16, f"{SECOND}.{FAILED}")


def pending_extension(check: Check) -> str:
    """An extension of the run's own that waits to be applied; empty where none can be had."""
    sut = check.sut
    if SafetyClass.CONFIG not in sut.client.allow or sut.pending_at_start:
        return ""
    try:
        exten = Extensions(check).create()
    except (Inconclusive, NotRun):
        return ""
    return exten if check.call("GET /pbx/pending").flag("pbx_pending") else ""


@requirement(
    f"{SECOND}.code-0",
    f"{SECOND}.runs-secondary",
    f"{SECOND}.reboots",
    f"{SECOND}.always-answers",
    f"{SECOND}.code-14",
    f"{SECOND}.{REJECTED}",
    f"{RESTORED}.code-0",
    f"{RESTORED}.runs-primary",
    f"{RESTORED}.reboots",
    RUNNING,
)
def test_to_the_secondary_firmware_and_back(check: Check) -> None:
    before = start_from(check, PRIMARY)
    exten = pending_extension(check)
    switch(check, REBOOT, replace(before, running=SECONDARY), f"{SECOND}.runs-secondary")
    if exten:
        expected = f"extension {exten}, which was pending, is gone"
        with suppress(Inconclusive):  # the other firmware may be older than the API
            check.soft(LOST, exten not in Extensions(check).listed(), expected, "it is there")
    stay(check, REBOOT, 14, f"{SECOND}.{REJECTED}")
    switch(check, RESTORE, before, f"{RESTORED}.runs-primary")


@requirement(
    f"{PROMOTED}.code-15", f"{PROMOTED}.{FAILED}", f"{RESTORED}.code-17", f"{RESTORED}.{FAILED}"
)
def test_promotion_and_restoration_that_fail(check: Check) -> None:
    start_from(check, SECONDARY)
    with check.condition("reboot-failure"):
        stay(check, PROMOTE, 15, f"{PROMOTED}.{FAILED}")
        stay(check, RESTORE, 17, f"{RESTORED}.{FAILED}")


@requirement(f"{PROMOTED}.code-0", f"{PROMOTED}.promotes", f"{PROMOTED}.reboots", RUNNING)
def test_promoted_firmware_is_the_primary_one(check: Check) -> None:
    before = start_from(check, SECONDARY)
    after = switch(check, PROMOTE, before.exchanged, f"{PROMOTED}.promotes")
    if after.secondary != before.primary:
        text = f"the former primary firmware {before.primary} is not the secondary one (RD-53)"
        check.remark(f"{PROMOTED}.promotes", text)
