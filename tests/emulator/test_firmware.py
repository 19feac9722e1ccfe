"""Switches of firmware and updates, seen from outside."""

import time

import pytest

from conformance.emulator.firmware import Firmware
from conformance.emulator.profile import available_profiles, load_profile
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from tests.emulator.cases import update
from tests.emulator.talk import Talk
from tests.emulator.test_codes import documented

UPDATE, STATUS = "/system/firmware/update", "/system/firmware/updatestatus"
# Long enough for each phase to be seen on a busy machine.
STEP_S = 0.3


def slots(talk: Talk) -> tuple[str | None, ...]:
    firmware = talk.get("/system/firmware")[0]
    return tuple(firmware.findtext(tag) for tag in ("primary", "secondary", "running"))


def watch(talk: Talk) -> list[int]:
    """Return the codes that an update goes through until it ends."""
    seen: list[int] = []
    deadline = time.monotonic() + 10 * STEP_S
    while time.monotonic() < deadline:
        answer = talk.get(STATUS)
        code = int(answer.findtext(".//code") or 0)
        message = answer.findtext("update_status/error/message")
        assert message == documented()[f"GET {STATUS}", code]
        if code not in seen:
            seen.append(code)
        if code >= 30:
            break
        time.sleep(STEP_S / 10)
    return seen


@pytest.mark.parametrize(("fails", "last"), [(False, 30), (True, 31)])
def test_an_update_from_launch_to_reboot(fails: bool, last: int) -> None:
    settings = EmulatorSettings(users=3, calls=0, boot_s=0, update_step_s=STEP_S)
    with EmulatorServer(settings, emulated_routes()) as server, Talk(server.url) as talk:
        primary, secondary, _ = slots(talk)
        server.lab.set("update-progress-failure", fails)
        assert talk.code("GET", STATUS) == 25
        assert talk.code("PUT", UPDATE, update("3.9.6-3000")) == 0
        assert slots(talk) == (primary, secondary, "primary")
        assert watch(talk) == [26, 27, 28, 29, last]
        expected = secondary if fails else "3.9.6-3000"
        assert slots(talk) == (primary, expected, "primary")
        assert talk.code("PUT", "/system/firmware/rebootsecondary") == 0
        assert slots(talk) == (primary, expected, "secondary")
        assert talk.code("GET", STATUS) == 25


def test_time_passes_while_the_status_is_read() -> None:
    looks = iter([0.0, 3.999, 4.001, 4.002])
    profile = load_profile(available_profiles()[-1])
    firmware = Firmware(profile, 1.0, lambda: next(looks))
    firmware.start_update("3.9.6-3000", lambda: True)
    assert [firmware.status(), firmware.status()] == [29, 31]


def test_switches(talk: Talk) -> None:
    primary, secondary, running = slots(talk)
    assert running == "primary"
    assert talk.code("PUT", "/system/firmware/rebootsecondary") == 0
    assert slots(talk) == (primary, secondary, "secondary")
    assert talk.code("PUT", "/system/firmware/restoreprimary") == 0
    assert slots(talk) == (primary, secondary, "primary")
    talk.code("PUT", "/system/firmware/rebootsecondary")
    assert talk.code("PUT", "/system/firmware/promotesecondary") == 0
    assert slots(talk) == (secondary, primary, "primary")
    talk.code("PUT", "/system/firmware/rebootsecondary")
    talk.ask("PUT", "/system/restart")
    assert slots(talk) == (secondary, primary, "primary")


def test_the_version_that_runs_decides_what_is_too_old(talk: Talk) -> None:
    talk.code("PUT", "/system/firmware/rebootsecondary")
    assert talk.code("PUT", UPDATE, update("3.9.5-2874")) == 21
    assert talk.code("PUT", UPDATE, update("3.9.5-2880")) == 23


def test_engine(talk: Talk) -> None:
    for verb in ("reload", "restart"):
        answer = talk.ask("PUT", f"/system/pbxengine/{verb}", "<request_id>e</request_id>")
        assert answer.findtext("request_id") == "e"
        assert answer[1].text == "true"
        assert str(answer[1].tag).startswith(f"pbxengine_{verb}")
