"""What others do to a PBX while a run holds it: seen where the API shows it, and left to them."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import pytest

from conformance.check import Check
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.errors import ConfigurationError, SafetyViolation
from conformance.families import emulated_routes
from conformance.lab.conditions import JournaledLab
from conformance.lab.journal import journal_file
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.lab.target import Connection
from conformance.outage import cause
from conformance.run import Run, Settings
from conformance.wire.client import WireClient
from tests.held import CHANGING, add_by_hand, cleanup, create, opened
from tests.support import FakeLab, outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def pbx() -> Iterator[EmulatorServer]:
    with EmulatorServer(EmulatorSettings(users=8, calls=10), emulated_routes()) as server:
        yield server


REBOOT, RESTORE = "PUT /system/firmware/rebootsecondary", "PUT /system/firmware/restoreprimary"
PROMOTE = "PUT /system/firmware/promotesecondary"


@pytest.fixture
def rebooting() -> Iterator[EmulatorServer]:
    settings = EmulatorSettings(users=8, calls=10, boot_s=0.2)
    with EmulatorServer(settings, emulated_routes()) as server:
        yield server


def by_hand(server: EmulatorServer, request: str) -> str:
    """What an administrator switches, past the harness; the primary version once it is back."""
    method, path = request.split()
    with WireClient(Connection(url=server.url), ALL_CLASSES) as client:
        assert client.send(outgoing(method, path, SafetyClass.REBOOT)).status == 200
    for _ in range(100):
        time.sleep(0.05)
        if server.pbx.power.answering:
            return server.pbx.firmware.primary
    pytest.fail("the PBX did not come back")


def switched(run: Run, request: str) -> dict[str, str]:
    """The slots after a switch of the run's own."""
    check = Check(run.sut, ())
    assert cause(check, request).exchange.code == 0
    (state,) = run.custody._traces.states  # noqa: SLF001
    return state.value(check)


def test_a_firmware_that_the_run_started_is_left_again(rebooting: EmulatorServer) -> None:
    run = opened(rebooting, "config", "reboot")
    assert switched(run, REBOOT)["running"] == "secondary"
    run.close()
    done = cleanup(rebooting, "reboot")
    assert done.returncode == 0, done.stdout
    assert "firmware brought back" in done.stdout
    assert rebooting.pbx.firmware.running == "primary"


def test_a_firmware_that_its_owner_switched_since_stays(rebooting: EmulatorServer) -> None:
    run = opened(rebooting, "config", "reboot")
    switched(run, REBOOT)
    run.close()
    primary = by_hand(rebooting, PROMOTE)
    done = cleanup(rebooting, "reboot")
    assert done.returncode == 0
    assert f"primary {primary}" in done.stdout
    assert "but not as it was found" in done.stdout
    assert "which the run did not bring about" in done.stdout
    assert rebooting.pbx.firmware.primary == primary


def test_a_firmware_that_the_run_brought_back_is_its_owner_s_again(
    rebooting: EmulatorServer,
) -> None:
    run = opened(rebooting, "config", "reboot")
    switched(run, REBOOT)
    switched(run, RESTORE)
    by_hand(rebooting, REBOOT)
    run.end()
    run.close()
    assert rebooting.pbx.firmware.running == "secondary"
    assert run.as_found["differences"] == ["GET /system/firmware: running changed"]
    assert run.as_found["left"] == []


def test_a_reboot_does_not_lose_what_somebody_is_typing(rebooting: EmulatorServer) -> None:
    run = opened(rebooting, "config", "network", "reboot")
    switched(run, REBOOT)
    create(run)
    run.close()
    with rebooting.pbx.lock:
        rebooting.pbx.config.edit().dns = "192.0.2.99"
    done = cleanup(rebooting, "config", "network", "reboot")
    assert done.returncode == 1
    assert rebooting.pbx.config.pending
    assert rebooting.pbx.firmware.running == "secondary"


def set_dns(run: Run, address: str) -> None:
    body = {"dns": {"ip_address": address}}
    assert run.sut.send(run.sut.outgoing("PUT /system/network/dns", body)).code == 0


def at_rest(run: Run) -> None:
    run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.sut.send(run.sut.outgoing("GET /pbx/pending"))


def set_by_hand(server: EmulatorServer, address: str) -> None:
    with server.pbx.lock:
        server.pbx.config.edit().dns = address
        server.pbx.config.apply()


@pytest.mark.parametrize("earlier", [False, True], ids=["before", "between"])
def test_a_dns_address_set_during_the_run_is_what_is_given_back(
    pbx: EmulatorServer, earlier: bool
) -> None:
    run = opened(pbx)
    found = pbx.pbx.config.running.dns
    if earlier:  # a check that has come and gone
        set_dns(run, "192.0.2.8")
        set_dns(run, found)
        at_rest(run)
    set_by_hand(pbx, "192.0.2.99")
    # What a check does: look, change, put back what it saw.
    run.sut.send(run.sut.outgoing("GET /system/network/dns"))
    set_dns(run, "192.0.2.9")
    set_dns(run, "192.0.2.99")
    at_rest(run)
    run.end()
    run.close()
    assert pbx.pbx.config.running.dns == "192.0.2.99"
    assert run.as_found["left"] == []


def test_after_a_kill_the_address_set_during_the_run_comes_back(pbx: EmulatorServer) -> None:
    run = opened(pbx)
    create(run)
    at_rest(run)
    set_by_hand(pbx, "192.0.2.99")
    run.sut.send(run.sut.outgoing("GET /system/network/dns"))
    set_dns(run, "192.0.2.9")
    at_rest(run)
    run.close()
    done = cleanup(pbx)
    assert "DNS address set to 192.0.2.99 again" in done.stdout
    assert pbx.pbx.config.running.dns == "192.0.2.99"


def edit_group(server: EmulatorServer) -> None:
    groups = server.pbx.config.edit().callgroups
    key = next(iter(groups))
    groups[key] = dataclasses.replace(groups[key], name="Reception of the north wing")


def edit_dns(server: EmulatorServer) -> None:
    server.pbx.config.edit().dns = "192.0.2.99"


def remove_somebody(server: EmulatorServer) -> None:
    config = server.pbx.config
    config.edit().remove_user(next(iter(config.running.users)))


@pytest.mark.parametrize("edit", [edit_group, edit_dns, remove_somebody])
def test_pending_changes_among_the_run_s_own_are_not_reverted(
    pbx: EmulatorServer, edit: Callable[[EmulatorServer], None]
) -> None:
    run = opened(pbx)
    create(run, "9000")
    at_rest(run)
    create(run, "9001")
    run.close()
    with pbx.pbx.lock:
        edit(pbx)
        typed = pbx.pbx.snapshot()
    done = cleanup(pbx)
    assert done.returncode == 1
    assert "the run did not make all that is different, so that they stay" in done.stdout
    assert pbx.pbx.snapshot() == typed
    following = opened(pbx, "network")  # it leaves them alone as well
    assert following.sut.pending_at_start
    with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
        following.sut.send(following.sut.outgoing("PUT /pbx/revert"))
    following.close()
    assert pbx.pbx.snapshot() == typed
    with pbx.pbx.lock:
        pbx.pbx.config.apply()
    done = cleanup(pbx)
    assert done.returncode == 0, done.stdout
    assert {"9000", "9001"}.isdisjoint(pbx.pbx.config.running.users)


# --- numbers ---------------------------------------------------------------------------------


def group_9003(server: EmulatorServer) -> None:
    groups = server.pbx.config.edit().callgroups
    key = next(iter(groups))
    groups[key] = dataclasses.replace(groups[key], selection="9003")


def room_9003(server: EmulatorServer) -> None:
    rooms = server.pbx.conferences
    rooms[0] = dataclasses.replace(rooms[0], internal="9003")


def user_9103(server: EmulatorServer) -> None:
    add_by_hand(server, "9103")


def room_9103(server: EmulatorServer) -> None:
    rooms = server.pbx.conferences
    rooms[0] = dataclasses.replace(rooms[0], external="9103")


@pytest.mark.parametrize(
    ("give", "said"),
    [
        (group_9003, r"pixit\.extensions: the PBX has 9003 already"),
        (room_9003, r"pixit\.extensions: the PBX has 9003 already"),
        (user_9103, r"pixit\.callgroup_selections: the PBX has 9103 already"),
        (room_9103, r"pixit\.callgroup_selections: the PBX has 9103 already"),
    ],
)
def test_a_number_of_another_kind_is_taken_as_well(
    pbx: EmulatorServer, give: Callable[[EmulatorServer], None], said: str
) -> None:
    with pbx.pbx.lock:
        give(pbx)
        pbx.pbx.config.apply()
    before = pbx.pbx.snapshot()
    run = Run(Settings(url=pbx.url, allow=CHANGING))
    with pytest.raises(ConfigurationError, match=said):
        run.open()
    run.close()
    assert pbx.pbx.snapshot() == before
    opened(pbx, "network").close()


# --- a PBX that is gone ----------------------------------------------------------------------


@pytest.mark.parametrize("left", [True, False])
def test_a_lab_condition_left_on_is_something_to_clean_up(pbx: EmulatorServer, left: bool) -> None:
    run = opened(pbx)
    lab = FakeLab()
    assert run.custody._journal is not None  # noqa: SLF001
    run.sut.lab = JournaledLab(lab, run.custody._journal)  # noqa: SLF001
    run.sut.lab.switch("storage-failure", on=True)
    if not left:
        run.sut.lab.switch("storage-failure", on=False)
    run.sut.give_up("stopped answering", [])
    run.end()
    run.close()
    assert journal_file(pbx.url).exists()
    assert any("kpbx-conformance cleanup" in line for line in run.as_found["left"]) is left
