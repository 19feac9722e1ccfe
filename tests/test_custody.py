"""A PBX in a run's hands: others' work is left alone, and everything is given back."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from conformance.asfound import capture
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.errors import ConfigurationError, SafetyViolation
from conformance.families import emulated_routes
from conformance.lab.journal import journal_file, read
from conformance.lab.lock import Lock
from conformance.run import Run, Settings
from tests.held import CHANGING, add_by_hand, cleanup, create, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


@pytest.fixture
def pbx() -> Iterator[EmulatorServer]:
    with EmulatorServer(EmulatorSettings(users=8, calls=10), emulated_routes()) as server:
        yield server


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
    assert done.returncode == 0
    assert "which the run did not write and which stays" in done.stdout
    assert "but not as it was found" in done.stdout
    assert pbx.pbx.config.running.dns == "192.0.2.99"
    assert not journal_file(pbx.url).exists()


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


@pytest.mark.parametrize("written", ["", '{"format": "kpbx-conf'])
def test_a_journal_that_was_killed_at_birth_is_none(written: str) -> None:
    url = "http://127.0.0.1:9"  # where nobody listens: nothing has to be asked
    file = journal_file(url)
    file.parent.mkdir(parents=True)
    file.write_text(written)
    run = Run(Settings(url=url, allow=CHANGING))
    assert run.custody.finish_earlier() is None
    run.close()
    assert not file.exists()


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
