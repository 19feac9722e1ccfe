"""The state alone: what is pending, what survives, what a switch of firmware does."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from conformance.emulator.lab import UnknownCondition
from conformance.emulator.model import Contact
from conformance.emulator.pbx import Pbx
from conformance.emulator.profile import UnknownFirmwareError
from conformance.emulator.settings import EmulatorSettings

STEP_S, BOOT_S = 2.0, 5.0


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pbx(clock: Clock) -> Pbx:
    settings = EmulatorSettings(users=10, calls=20, boot_s=BOOT_S, update_step_s=STEP_S)
    return Pbx(settings, clock=clock, now=lambda: datetime(2014, 5, 20, 12, 0))  # noqa: DTZ001


def rename(pbx: Pbx, name: str) -> None:
    users = pbx.config.edit().users
    users["101"] = replace(users["101"], last_name=name)


def status(pbx: Pbx) -> str:
    return pbx.licence.status


def last_name(pbx: Pbx) -> str:
    return pbx.config.draft.users["101"].last_name


def test_applied_changes_survive_a_reboot(pbx: Pbx) -> None:
    rename(pbx, "Applied")
    assert pbx.config.running.users["101"].last_name != "Applied"
    assert pbx.apply()
    assert not pbx.apply(), "nothing was pending any more"
    pbx.reboot()
    assert last_name(pbx) == "Applied"
    assert pbx.config.running.users["101"].last_name == "Applied"


@pytest.mark.parametrize("loss", [Pbx.revert, Pbx.reboot, Pbx.halt])
def test_pending_changes_get_lost(pbx: Pbx, loss: object) -> None:
    before = pbx.snapshot()
    rename(pbx, "Lost")
    pbx.config.edit().dns = "192.0.2.1"
    assert pbx.config.pending
    assert callable(loss)
    loss(pbx)
    assert pbx.snapshot() == before


def test_a_deleted_extension_leaves_no_trace_and_revert_brings_it_back_whole(pbx: Pbx) -> None:
    before = pbx.snapshot()
    pbx.config.edit().remove_user("101")
    members = [
        m for g in pbx.config.draft.callgroups.values() for p in g.priorities for m in p.members
    ]
    assert "101" not in members
    pbx.revert()
    assert pbx.snapshot() == before


def test_private_contacts_go_with_their_owner(pbx: Pbx) -> None:
    pbx.phonebook.put(Contact("900", "A", "B", "1", owner="102"))
    pbx.config.edit().remove_user("102")
    pbx.revert()
    assert pbx.phonebook.get("900") is not None
    pbx.config.edit().remove_user("102")
    pbx.apply()
    assert pbx.phonebook.get("900") is None


def test_power(pbx: Pbx, clock: Clock) -> None:
    assert pbx.power.answering
    rename(pbx, "Lost")
    pbx.lab.set("power", False)
    clock.pass_(1000)
    assert not pbx.power.answering
    assert not pbx.config.pending
    pbx.lab.set("power", True)
    assert not pbx.power.answering, "it is still booting"
    clock.pass_(BOOT_S)
    assert pbx.power.answering
    pbx.lab.set("power", True)
    assert pbx.power.answering, "power that was there changes nothing"
    assert pbx.lab.active == frozenset()


def test_an_update_goes_through_its_phases_and_changes_the_slot_at_its_end(
    pbx: Pbx, clock: Clock
) -> None:
    old = pbx.firmware.secondary
    assert pbx.firmware.status() == 25
    pbx.firmware.start_update("3.9.6-3000", lambda: False)
    for code in (26, 27, 28, 29):
        assert pbx.firmware.status() == code
        assert pbx.firmware.updating
        assert pbx.firmware.secondary == old
        clock.pass_(STEP_S)
    assert pbx.firmware.status() == 30
    assert pbx.firmware.secondary == "3.9.6-3000"
    clock.pass_(1000)
    assert pbx.firmware.status() == 30
    pbx.reboot("secondary")
    assert (pbx.firmware.status(), pbx.firmware.running_version) == (25, "3.9.6-3000")


def test_a_failed_update_and_an_interrupted_one_leave_the_slot(pbx: Pbx, clock: Clock) -> None:
    old = pbx.firmware.secondary
    pbx.firmware.start_update("3.9.6-3000", lambda: True)
    clock.pass_(4 * STEP_S)
    assert pbx.firmware.status() == 31
    pbx.firmware.start_update("3.9.6-3000", lambda: False)
    clock.pass_(3 * STEP_S)
    pbx.reboot()
    clock.pass_(3 * STEP_S)
    assert (pbx.firmware.status(), pbx.firmware.secondary) == (25, old)


def test_promotion_swaps_the_slots(pbx: Pbx) -> None:
    old = (pbx.firmware.primary, pbx.firmware.secondary)
    pbx.firmware.promote()
    assert (pbx.firmware.secondary, pbx.firmware.primary) == old


def test_the_licence_follows_the_lab(pbx: Pbx) -> None:
    pbx.lab.set("license-expired", True)
    pbx.lab.set("license-missing", True)
    assert status(pbx) == "MISSING"
    pbx.lab.set("license-missing", False)
    assert status(pbx) == "EXPIRED"
    assert not pbx.licence.activate("é")
    assert pbx.licence.activate(pbx.licence.key)
    assert status(pbx) == "ACTIVE"


def test_unknown_conditions_and_firmware_are_refused(pbx: Pbx) -> None:
    with pytest.raises(UnknownCondition, match="storage-failure"):
        pbx.lab.set("earthquake", True)
    with pytest.raises(UnknownCondition):
        pbx.lab.holds("earthquake")
    with pytest.raises(UnknownFirmwareError, match=r"3\.9\.3-2664"):
        Pbx(EmulatorSettings(firmware="../3.9.5-2891"))


@pytest.mark.parametrize("wrong", [{"users": 0}, {"calls": -1}, {"port": 70000}, {"boot_s": -1.0}])
def test_impossible_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        EmulatorSettings(**wrong)
