"""A PBX in a run's hands: others' work is left alone, and everything is given back."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from conformance.asfound import capture
from conformance.check import Check
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.errors import ConfigurationError, SafetyViolation
from conformance.families import emulated_routes
from conformance.lab.conditions import JournaledLab
from conformance.lab.journal import journal_file, read
from conformance.lab.lock import Lock
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.lab.target import Connection
from conformance.objects import user_fields
from conformance.outage import cause
from conformance.run import Run, Settings
from conformance.wire.client import WireClient
from tests.support import FakeLab, outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from conformance.emulator.model import User

CHANGING = ("config", "network")


@pytest.fixture
def pbx() -> Iterator[EmulatorServer]:
    with EmulatorServer(EmulatorSettings(users=8, calls=10), emulated_routes()) as server:
        yield server


def opened(server: EmulatorServer, *allow: str, out: Path | None = None) -> Run:
    run = Run(Settings(url=server.url, allow=allow or CHANGING, out=out))
    run.open()
    return run


def create(run: Run, exten: str = "9000", **changes: Any) -> None:
    body = {"user": user_fields(exten, **changes)}
    assert run.sut.send(run.sut.outgoing("POST /users/configs/", body)).code == 0


def add_by_hand(server: EmulatorServer, exten: str) -> User:
    """What an administrator does in the web interface, applied at once."""
    with server.pbx.lock:
        some = next(iter(server.pbx.config.running.users.values()))
        mine = dataclasses.replace(some, exten=exten, first_name="Somebody", last_name="Else")
        server.pbx.config.edit().users[exten] = mine
        server.pbx.config.apply()
    return mine


# --- as found --------------------------------------------------------------------------------


def test_a_run_that_changes_nothing_is_as_found(pbx: EmulatorServer) -> None:
    run = opened(pbx)
    run.end()
    run.close()
    assert run.as_found == {"compared": True, "differences": [], "unread": [], "left": []}
    assert not journal_file(pbx.url).exists()


def test_what_is_different_is_named_and_no_secret_with_it(pbx: EmulatorServer) -> None:
    run = opened(pbx, "read")
    exten = next(iter(pbx.pbx.config.running.users))
    with pbx.pbx.lock:
        users = pbx.pbx.config.edit().users
        users[exten] = dataclasses.replace(users[exten], sip_secret="n3w-secret!")
        pbx.pbx.config.apply()
    add_by_hand(pbx, "9555")
    run.end()
    run.close()
    said = run.as_found["differences"]
    assert f"GET /users/configs/: sip_secret of '{exten}' changed" in said
    assert "GET /users/configs/: '9555' is new" in said
    assert "n3w-secret!" not in json.dumps(run.results())


def test_digests_tell_records_apart_and_hold_nothing(pbx: EmulatorServer) -> None:
    run = opened(pbx, "read")
    before = capture(run.sut)
    digests = before.digests()
    assert before.unlike(digests) == []
    add_by_hand(pbx, "9555")
    assert capture(run.sut).unlike(digests) == ["GET /users/configs/: '9555' is new"]
    text = json.dumps(digests)
    for user in pbx.pbx.config.running.users.values():
        assert user.sip_secret not in text
        assert user.last_name not in text
    run.close()


# --- others' work ----------------------------------------------------------------------------


def test_an_extension_that_exists_is_an_error_before_anything_is_changed(
    pbx: EmulatorServer,
) -> None:
    add_by_hand(pbx, "9003")
    before = pbx.pbx.snapshot()
    run = Run(Settings(url=pbx.url, allow=CHANGING))
    with pytest.raises(ConfigurationError, match=r"pixit\.extensions: the PBX has 9003 already"):
        run.open()
    run.close()
    assert pbx.pbx.snapshot() == before
    opened(pbx, "read").close()


def test_pending_changes_of_others_keep_the_configuration_alone(pbx: EmulatorServer) -> None:
    with pbx.pbx.lock:
        pbx.pbx.config.edit().dns = "192.0.2.99"
    run = opened(pbx)
    assert run.sut.pending_at_start
    unmet = {run.sut.unmet(one) for one in run.catalogue.requirements.values()}
    assert any("somebody's changes were pending" in reason for reason in unmet)
    with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
        run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.end()
    run.close()
    assert pbx.pbx.config.pending
    assert run.as_found["differences"] == []


def test_an_object_that_was_there_can_t_be_touched(pbx: EmulatorServer) -> None:
    run = opened(pbx)
    exten = next(iter(pbx.pbx.config.running.users))
    with pytest.raises(SafetyViolation, match=f"the extension {exten} was there before"):
        run.sut.send(run.sut.outgoing("DELETE /users/configs/<exten>", key=exten))
    run.close()


def test_a_second_run_stops(pbx: EmulatorServer) -> None:
    run = opened(pbx, "read")
    with pytest.raises(ConfigurationError, match="another run is going on"):
        Run(Settings(url=pbx.url.replace("127.0.0.1", "localhost"))).open()
    run.close()
    opened(pbx, "read").close()


# --- given back ------------------------------------------------------------------------------


def test_what_checks_leave_is_taken_away_at_the_end(pbx: EmulatorServer) -> None:
    before = pbx.pbx.snapshot()
    run = opened(pbx)
    create(run)
    run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.sut.send(run.sut.outgoing("PUT /system/network/dns", {"dns": {"ip_address": "192.0.2.9"}}))
    run.end()
    run.close()
    assert pbx.pbx.snapshot() == before
    assert run.as_found["left"] == []
    assert not journal_file(pbx.url).exists()


def test_an_interrupted_run_is_finished_by_the_next(pbx: EmulatorServer) -> None:
    before = pbx.pbx.snapshot()
    run = opened(pbx)
    create(run)
    run.close()
    assert pbx.pbx.snapshot() != before
    following = opened(pbx)
    assert any("was interrupted" in line for line in following.custody.earlier)
    assert not following.sut.pending_at_start
    following.end()
    following.close()
    assert pbx.pbx.snapshot() == before


def test_what_others_made_in_the_meantime_stays(pbx: EmulatorServer) -> None:
    run = opened(pbx)
    create(run, "9000")
    create(run, "9001")
    run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.sut.send(run.sut.outgoing("GET /pbx/pending"))
    run.close()
    with pbx.pbx.lock:
        pbx.pbx.config.edit().remove_user("9000")
        pbx.pbx.config.apply()
    mine = add_by_hand(pbx, "9000")
    add_by_hand(pbx, "9002")
    done = cleanup(pbx)
    assert done.returncode == 0, done.stdout
    assert "extension 9001 removed" in done.stdout
    users = pbx.pbx.config.running.users
    assert users["9000"] == mine
    assert "9002" in users
    assert "9001" not in users


def test_a_dns_address_that_others_set_in_the_meantime_stays(pbx: EmulatorServer) -> None:
    run = opened(pbx)
    run.sut.send(run.sut.outgoing("PUT /system/network/dns", {"dns": {"ip_address": "192.0.2.9"}}))
    run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.sut.send(run.sut.outgoing("GET /pbx/pending"))
    run.close()
    with pbx.pbx.lock:
        pbx.pbx.config.edit().dns = "192.0.2.99"
        pbx.pbx.config.apply()
    done = cleanup(pbx)
    assert done.returncode == 1
    assert "which the run did not write" in done.stdout
    assert pbx.pbx.config.running.dns == "192.0.2.99"
    assert journal_file(pbx.url).exists()


def test_pending_changes_that_came_since_keep_cleanup_away(pbx: EmulatorServer) -> None:
    run = opened(pbx)
    create(run)
    run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.sut.send(run.sut.outgoing("GET /pbx/pending"))
    run.close()
    with pbx.pbx.lock:
        pbx.pbx.config.edit().dns = "192.0.2.99"
    done = cleanup(pbx)
    assert done.returncode == 1
    assert "somebody else's changes are pending" in done.stdout
    assert pbx.pbx.config.pending
    with pbx.pbx.lock:
        pbx.pbx.config.revert()
    assert cleanup(pbx).returncode == 0
    assert "9000" not in pbx.pbx.config.running.users


def test_cleanup_without_anything_to_do(pbx: EmulatorServer) -> None:
    done = cleanup(pbx)
    assert (done.returncode, done.stdout) == (
        0,
        f"Nothing to clean up: no run on {pbx.url} from here was interrupted\n",
    )


def test_cleanup_of_a_pbx_that_is_away_can_be_repeated(pbx: EmulatorServer) -> None:
    run = opened(pbx)
    create(run)
    run.close()
    pbx.stop()
    assert cleanup(pbx).returncode == 3
    past = read(journal_file(pbx.url))
    assert past is not None
    assert past.traces
    pbx.start()
    assert cleanup(pbx).returncode == 0


def test_cleanup_waits_for_the_end_of_a_run(pbx: EmulatorServer) -> None:
    with held(pbx):
        done = cleanup(pbx)
    assert done.returncode == 2
    assert "another run is going on" in done.stderr


def held(server: EmulatorServer) -> AbstractContextManager[Lock]:
    return Lock(server.url)


def cleanup(server: EmulatorServer, *allow: str) -> subprocess.CompletedProcess[str]:
    allowed = ["--allow", ",".join(allow)] if allow else []
    return subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "conformance", "cleanup", "--url", server.url, *allowed],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_what_the_api_can_t_bring_back_is_said_once() -> None:
    settings = EmulatorSettings(users=8, calls=10, update_step_s=0.05, boot_s=0.05)
    with EmulatorServer(settings, emulated_routes()) as server:
        run = opened(server, "config", "reboot")
        body = {"update": {"firmware_version": server.facts.update_version}}
        assert run.sut.send(run.sut.outgoing("PUT /system/firmware/update", body)).code == 0
        run.end()
        run.close()
        (left,) = run.as_found["left"]
        assert "the API could not bring it back" in left
        assert run.as_found["differences"] == ["GET /system/firmware: secondary changed"]
        assert not journal_file(server.url).exists(), "trying again would not help"


def test_without_knowing_what_was_there_nothing_is_changed() -> None:
    with EmulatorServer(EmulatorSettings(users=8, calls=10), emulated_routes()) as server:
        server.pbx.lab.set("license-missing", True)
        run = opened(server, "config")
        server.pbx.lab.set("license-missing", False)
        with pytest.raises(SafetyViolation, match="could not be read"):
            create(run)
        run.end()
        run.close()
        assert "9000" not in server.pbx.config.running.users


def test_cleanup_takes_nothing_from_a_list_that_it_does_not_know(pbx: EmulatorServer) -> None:
    run = opened(pbx, "config")
    create(run)
    run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.sut.send(run.sut.outgoing("GET /pbx/pending"))
    run.close()
    file = journal_file(pbx.url)
    file.write_text(file.read_text().replace('"GET /users/configs/"', '"GET /elsewhere"'))
    done = cleanup(pbx)
    assert done.returncode == 1
    assert "look at them yourself" in done.stdout
    assert "9000" in pbx.pbx.config.running.users


def test_an_extension_whose_texts_were_all_changed_is_known_by_its_number(
    pbx: EmulatorServer,
) -> None:
    run = opened(pbx, "config")
    create(run)
    fields = {"first_name": "Ottavia", "last_name": "Lucrezia", "vm_email": "o@pbx.example"}
    changed = run.sut.outgoing("PUT /users/configs/<exten>", {"user": fields}, key="9000")
    assert run.sut.send(changed).code == 0
    run.sut.send(run.sut.outgoing("PUT /pbx/apply"))
    run.close()
    done = cleanup(pbx)
    assert "extension 9000 removed" in done.stdout
    assert "9000" not in pbx.pbx.config.running.users


def test_cleanup_names_other_addresses_with_something_left(pbx: EmulatorServer) -> None:
    run = opened(pbx, "config")
    create(run)
    run.close()
    with EmulatorServer(EmulatorSettings(users=8, calls=10), emulated_routes()) as other:
        done = cleanup(other)
    assert done.returncode == 0
    assert f"There is one of {pbx.url}" in done.stdout


# --- what others do in the meantime ----------------------------------------------------------

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
    assert done.returncode == 1
    assert f"primary {primary}" in done.stdout
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
