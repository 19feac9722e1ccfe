"""Seeded into /system: restarts, the switches between the firmware's slots, the engine."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import defect, despite, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.power import Power
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

RESTART, HALT = "PUT /system/restart", "PUT /system/halt"
FIRMWARE = "GET /system/firmware"
SECONDARY = "PUT /system/firmware/rebootsecondary"
PROMOTE = "PUT /system/firmware/promotesecondary"
RESTORE = "PUT /system/firmware/restoreprimary"
RELOAD, ENGINE = "PUT /system/pbxengine/reload", "PUT /system/pbxengine/restart"
SWITCHES = {SECONDARY: (14, 16), PROMOTE: (13, 15), RESTORE: (13, 17)}
"""Each with the codes of the wrong state and of a failure."""

Then = Callable[[Pbx], None]


@contextmanager
def _awake(pbx: Pbx) -> Iterator[None]:
    """Nothing within takes the PBX down, or loses what is pending."""
    power, draft, was_pending = pbx.power, pbx.config.draft, pbx.config.pending
    pbx.power = Power(0.0, time.monotonic)
    try:
        yield
    finally:
        pbx.power, pbx.config.draft, pbx.config.pending = power, draft, was_pending


@contextmanager
def _same_slots(pbx: Pbx) -> Iterator[None]:
    firmware = pbx.firmware
    slots = firmware.primary, firmware.secondary, firmware.running
    try:
        yield
    finally:
        firmware.primary, firmware.secondary, firmware.running = slots


def _idle(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    with _awake(pbx), _same_slots(pbx):
        reply = proceed(request)
    reply.last = False
    return reply


def _without_reboot(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    with _awake(pbx):
        reply = proceed(request)
    reply.last = False
    return reply


def _only_reboot(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    with _same_slots(pbx):
        return proceed(request)


def _then(endpoint: str, by: Then) -> Alteration:
    """Something else has happened when a request has succeeded."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if not code_of(reply):
            by(pbx)
        return reply

    return intercepting(endpoint, by=intercept)


def _swap(pbx: Pbx) -> None:
    pbx.firmware.promote()


def _reboot(pbx: Pbx) -> None:
    pbx.reboot(pbx.firmware.running)


def _reboot_other(pbx: Pbx) -> None:
    pbx.reboot("secondary" if pbx.firmware.running == "primary" else "primary")


def _run_primary(pbx: Pbx) -> None:
    pbx.firmware.running = "primary"


def _run_secondary(pbx: Pbx) -> None:
    pbx.firmware.running = "secondary"


def _copy_to_secondary(pbx: Pbx) -> None:
    pbx.firmware.secondary = pbx.firmware.primary


def _copy_to_primary(pbx: Pbx) -> None:
    pbx.firmware.primary = pbx.firmware.secondary


def _halt(pbx: Pbx) -> None:
    pbx.halt()


def _from_the_wrong_slot(endpoint: str) -> Alteration:
    """A switch that the running slot forbids happens all the same."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        running = pbx.firmware.running
        pbx.firmware.running = "primary" if endpoint == SECONDARY else "secondary"
        reply = proceed(request)
        if code_of(reply) != 0:
            pbx.firmware.running = running
        return reply

    return intercepting(endpoint, by=intercept)


def switches() -> Iterator[Defect]:
    """A switch does nothing, half, or the wrong thing; a refused one does something."""
    for endpoint, (state, failure) in SWITCHES.items():
        rows = [
            ("does-nothing", "answers Success and does nothing", intercepting(endpoint, by=_idle)),
            ("no-reboot", "does it without a reboot", intercepting(endpoint, by=_without_reboot)),
            ("same-slots", "reboots and switches nothing", intercepting(endpoint, by=_only_reboot)),
            ("from-either", "does it whatever slot runs", _from_the_wrong_slot(endpoint)),
        ]
        for code in (state, failure):
            rows += [
                (
                    f"code-{code}-reboots",
                    f"answers {code} and reboots all the same",
                    despite(endpoint, code, lambda pbx, _: _reboot(pbx)),
                ),
                (
                    f"code-{code}-switches",
                    f"answers {code} and reboots into the other slot",
                    despite(endpoint, code, lambda pbx, _: _reboot_other(pbx)),
                ),
                (
                    f"code-{code}-swaps",
                    f"answers {code} and exchanges the versions of the slots",
                    despite(endpoint, code, lambda pbx, _: _swap(pbx)),
                ),
            ]
        for name, title, alteration in rows:
            kind = "rejected" if name.startswith("code") else "system"
            yield defect(endpoint, name, kind, title, alteration)
    for endpoint, name, title, by in (
        (SECONDARY, "promotes", "promotes the secondary firmware at once", _swap),
        (SECONDARY, "primary-overwritten", "copies the secondary firmware", _copy_to_primary),
        (SECONDARY, "runs-primary", "comes back with the primary firmware", _run_primary),
        (PROMOTE, "runs-secondary", "goes on running from the secondary slot", _run_secondary),
        (PROMOTE, "primary-kept", "brings back the former primary firmware", _swap),
        (RESTORE, "promotes", "exchanges the versions of the slots", _swap),
        (RESTORE, "secondary-overwritten", "copies the primary firmware", _copy_to_secondary),
        (RESTORE, "runs-secondary", "comes back with the secondary firmware", _run_secondary),
    ):
        yield defect(endpoint, name, "system", title, _then(endpoint, by))


def _alternating() -> Alteration:
    shown = [0]

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        shown[0] += 1
        if shown[0] % 2:
            return proceed(request)
        with _same_slots(pbx):
            pbx.firmware.promote()
            return proceed(request)

    return intercepting(FIRMWARE, by=intercept)


def reads() -> Iterator[Defect]:
    """GET /system/firmware shows something else."""
    other = {"primary": "secondary", "secondary": "primary"}
    near = ("system.firmware.get.*", "system.firmware.rebootsecondary.*")
    for name, title, alteration in (
        ("running-stuck", "always says primary", showing(FIRMWARE, "running", lambda _: "primary")),
        (
            "running-inverted",
            "names the slot that does not run",
            showing(FIRMWARE, "running", lambda text: other.get(text, text)),
        ),
        ("alternating", "exchanges the versions at every second look", _alternating()),
    ):
        yield defect(FIRMWARE, name, "read", title, alteration, near=near)


def power() -> Iterator[Defect]:
    """Restart, halt, engine."""
    no = "false"
    rows = (
        (
            RESTART,
            "answers-false",
            "answers false",
            showing(RESTART, "system_restarted", lambda _: no),
        ),
        (RESTART, "does-nothing", "answers true and goes on", intercepting(RESTART, by=_idle)),
        (RESTART, "swaps-slots", "exchanges the slots' versions", _then(RESTART, _swap)),
        (
            RESTART,
            "loses-secondary",
            "overwrites the second slot",
            _then(RESTART, _copy_to_secondary),
        ),
        (RESTART, "halts", "does not come back", _then(RESTART, _halt)),
        (HALT, "answers-false", "answers false", showing(HALT, "system_halted", lambda _: no)),
        (HALT, "does-nothing", "answers true and goes on", intercepting(HALT, by=_idle)),
        (HALT, "reboots", "comes back by itself", _then(HALT, _reboot)),
        (
            RELOAD,
            "answers-false",
            "answers false",
            showing(RELOAD, "pbxengine_reloaded", lambda _: no),
        ),
        (RELOAD, "reboots", "reboots the whole system", _then(RELOAD, _reboot)),
        (RELOAD, "halts", "shuts the system down", _then(RELOAD, _halt)),
        (
            ENGINE,
            "answers-false",
            "answers false",
            showing(ENGINE, "pbxengine_restarted", lambda _: no),
        ),
        (ENGINE, "halts", "shuts the system down", _then(ENGINE, _halt)),
    )
    for endpoint, name, title, alteration in rows:
        yield defect(endpoint, name, "system", title, alteration)


def firmware_defects() -> list[Defect]:
    """Everything of this module."""
    return [*switches(), *reads(), *power()]
