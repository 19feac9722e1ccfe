"""The last look at a request: others' objects and pending changes are out of reach."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import SafetyViolation
from conformance.families import traces
from conformance.lab.guard import Guard
from conformance.lab.journal import Journal, Past, Trace
from conformance.lab.target import Connection, Pixit, Target
from tests.support import StubPbx, error, kpbx, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.sut import Sut
    from conformance.wire.client import Outgoing
    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

TARGET = Target(
    Connection(url="http://192.0.2.1"),
    pixit=Pixit(
        extensions=("9000", "9001"),
        callgroup_selections=("9100",),
        route_destination="198.51.100.0/24",
    ),
)
NOTHING: dict[str, set[str]] = {
    "GET /users/configs/": set(),
    "GET /pbx/callgroups": set(),
    "GET /phonebook/contacts": set(),
    "GET /system/network/routes": set(),
}
THERE = {
    "GET /users/configs/": {"101"},
    "GET /pbx/callgroups": {"7"},
    "GET /phonebook/contacts": {"33"},
    "GET /system/network/routes": {"4"},
    "POST /system/network/interfaces": set(),
}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl", Past(url="http://x"))


def quiet(_name: str) -> None:
    """Nobody is asked anything."""


@pytest.fixture
def guard(journal: Journal) -> Guard:
    return Guard(traces(), journal, THERE, TARGET, quiet)


@pytest.fixture
def sut(scripted: Start) -> Sut:
    return sut_on(scripted(StubPbx()))


def request(sut: Sut, name: str, body: Any = None, **how: Any) -> Outgoing:
    how.setdefault("broken", "made up" if body is not None else "")
    return sut.outgoing(name, body, **how)


@pytest.mark.parametrize(
    ("name", "body", "key"),
    [
        ("PUT /users/configs/<exten>", {"user": {"first_name": "Ada"}}, "101"),
        ("DELETE /users/configs/<exten>", None, "101"),
        ("PUT /pbx/callgroups/<callgroupid>", {"callgroup": {"name": "Ours"}}, "7"),
        ("DELETE /pbx/callgroups/<callgroupid>", None, "7"),
        ("PUT /phonebook/contacts", {"contact": {"id": 33, "phone": "1"}}, None),
        ("DELETE /phonebook/contacts/<id>", None, "33"),
        ("DELETE /system/network/routes/<id>", None, "4"),
    ],
)
def test_what_was_there_is_out_of_reach(  # noqa: PLR0913, PLR0917
    guard: Guard, journal: Journal, sut: Sut, name: str, body: Any, key: str | None
) -> None:
    with pytest.raises(SafetyViolation, match="was there before the run"):
        guard.before(request(sut, name, body, key=key))
    assert not journal.past.traces
    other = body and {tag: {**value, "id": 34} for tag, value in body.items()}
    guard.before(request(sut, name, other, key=key and f"{key}9"))


ROUTE = {"id": 4, "enabled": True, "destination": "192.0.2.0/24", "gateway": "10.0.0.1"}


@pytest.mark.parametrize(
    ("changes", "brought_back"),
    [
        ({}, True),
        ({"id": "04", "destination": "192.0.2.9/24"}, True),
        ({"destination": None, "ip_address": "192.0.2.0", "netmask": "255.255.255.0"}, True),
        ({"enabled": False}, False),
        ({"enabled": None}, False),
        ({"gateway": "10.0.0.2"}, False),
        ({"gateway": None}, False),
        ({"destination": "198.51.100.0/24"}, False),
        ({"destination": None}, False),
        ({"destination": None, "ip_address": "192.0.2.0", "netmask": "255.0.0.0"}, False),
        ({"metric": "1"}, False),
    ],
)
def test_a_route_that_was_there_may_be_given_nothing_but_its_values(
    journal: Journal, sut: Sut, changes: dict[str, Any], brought_back: bool
) -> None:
    record = {tag: [str(value).lower()] for tag, value in ROUTE.items()}
    lists: Any = THERE | {"GET /system/network/routes": {"4": record}}
    guard = Guard(traces(), journal, lists, TARGET, quiet)
    asked = request(sut, "PUT /system/network/routes", {"route": ROUTE | changes})
    if brought_back:
        guard.before(asked)
        return
    with pytest.raises(SafetyViolation, match="route 4 was there before the run"):
        guard.before(asked)


def test_a_route_whose_values_are_not_known_is_not_written_to(guard: Guard, sut: Sut) -> None:
    with pytest.raises(SafetyViolation, match="route 4 was there before the run"):
        guard.before(request(sut, "PUT /system/network/routes", {"route": ROUTE}))


@pytest.mark.parametrize(
    ("name", "body", "trace"),
    [
        (
            "POST /users/configs/",
            {"user": {"exten": " 9000 ", "first_name": "Ada", "last_name": "Conti"}},
            Trace("extension", ("9000 Ada", "9000 Conti")),
        ),
        ("POST /users/configs/", {"exten": "9001"}, Trace("extension", ("9001",))),
        ("POST /pbx/callgroups", {"callgroup": {"name": "Ours"}}, Trace("callgroup", ("Ours",))),
        (
            "POST /system/network/routes",
            {"route": {"destination": "198.51.100.7/24"}},
            Trace("route", ("198.51.100.0/24",)),
        ),
        (
            "PUT /system/network/routes",
            {"route": {"id": 9, "ip_address": "198.51.100.0", "netmask": "255.255.255.0"}},
            Trace("route", ("198.51.100.0/24",)),
        ),
        (
            "PUT /system/network/dns",
            {"dns": {"ip_address": "192.0.2.53"}},
            Trace("DNS address", ("192.0.2.53",)),
        ),
        (
            "PUT /system/firmware/rebootsecondary",
            None,
            Trace("firmware", ('{"running": "secondary"}',)),
        ),
    ],
)
def test_what_a_request_may_leave_is_written_down_first(  # noqa: PLR0913, PLR0917
    guard: Guard, journal: Journal, sut: Sut, name: str, body: Any, trace: Trace
) -> None:
    guard.before(request(sut, name, body))
    assert list(journal.past.traces) == [trace]


def test_a_broken_document_may_leave_something_as_well(
    guard: Guard, journal: Journal, sut: Sut
) -> None:
    raw = b"<kpbx_request><user><exten>9000</exten><first_name>Ada</first_name>"
    guard.before(sut.outgoing("POST /users/configs/", raw=raw, broken="cut"))
    assert list(journal.past.traces) == [Trace("extension", ("9000 Ada",))]
    guard.before(sut.outgoing("POST /users/configs/", raw=b"\xff\xfe no xml", broken="no xml"))
    assert len(journal.past.traces) == 2


def test_what_only_asks_leaves_no_trace(guard: Guard, journal: Journal, sut: Sut) -> None:
    for name in ("GET /users/configs/", "GET /pbx/pending", "POST /system/network/interfaces"):
        guard.before(request(sut, name))
    guard.before(request(sut, "POST /phonebook/search", {"search": {}}))
    assert not journal.past.traces
    assert not journal.past.pending
    assert not journal.file.exists()


def test_others_pending_changes_are_neither_applied_nor_reverted(
    scripted: Start, journal: Journal
) -> None:
    pending = "<pbx_pending>true</pbx_pending>"
    sut = sut_on(scripted(StubPbx({"GET /pbx/pending": pending})))
    sut.client.guard = guard = Guard(traces(), journal, NOTHING, TARGET, quiet)
    sut.send(sut.outgoing("GET /pbx/pending"))
    for name in ("PUT /pbx/apply", "PUT /pbx/revert"):
        with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
            sut.send(sut.outgoing(name))
    journal.intend([], pending=True)
    with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
        guard.before(sut.outgoing("PUT /pbx/apply"))


def test_own_pending_changes_are_known_until_the_pbx_is_at_rest(
    scripted: Start, journal: Journal
) -> None:
    sut = sut_on(scripted(StubPbx()))
    sut.client.guard = Guard(traces(), journal, NOTHING, TARGET, quiet)
    sut.client.guard.before(request(sut, "DELETE /users/configs/<exten>", key="9000"))
    assert journal.past.pending
    sut.send(sut.outgoing("PUT /pbx/apply"))
    assert journal.past.pending, "an answer to apply proves nothing"
    sut.send(sut.outgoing("GET /pbx/pending"))
    assert not journal.past.pending


def interface(number: str, enabled: str = "true", **changes: str) -> dict[str, list[str]]:
    """A record of the list of interfaces: the one with number 2 is eth2, 192.0.2.2/24."""
    values = {
        "id": number,
        "enabled": enabled,
        "name": f"eth{number}",
        "ip_address": f"192.0.2.{number}",
        "netmask": "255.255.255.0",
    } | changes
    return {tag: [value] for tag, value in values.items()}


INTERFACES = {
    "1": interface("1"),
    "2": interface("2"),
    "3": interface("3", "false"),
    "4": interface("4", name="eth0"),
}


def guarded(journal: Journal, url: str) -> Guard:
    lists: Any = {"POST /system/network/interfaces": INTERFACES}
    target = replace(TARGET, connection=Connection(url=url))
    return Guard(traces(), journal, lists, target, quiet)


def refused(guard: Guard, sut: Sut, **values: Any) -> str:
    """Why a request to change an interface does not leave; empty if it does."""
    try:
        guard.before(request(sut, "PUT /system/network/interfaces", {"interface": values}))
    except SafetyViolation as reason:
        return str(reason)
    return ""


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://192.0.2.1", {"1"}),
        ("http://192.0.2.2", {"2"}),
        ("http://127.0.0.1:8080", set()),
        ("http://203.0.113.9", {"1", "2", "4"}),
    ],
)
def test_no_request_names_the_interface_talked_through(
    journal: Journal, sut: Sut, url: str, kept: set[str]
) -> None:
    guard = guarded(journal, url)
    for number, record in INTERFACES.items():
        own = refused(guard, sut, id=number, enabled=record["enabled"][0])
        bad = refused(guard, sut, id=f" 0{number}", ip_address="a PBX may accept it all the same")
        assert ("talking through" in own) is ("talking through" in bad) is (number in kept)


@pytest.mark.parametrize(
    ("values", "leaves"),
    [
        ({"id": "2", "enabled": True, "ip_address": "192.0.2.2", "netmask": "255.255.255.0"}, True),
        ({"id": "2", "netmask": "255.255.255.0"}, True),
        ({"id": "3", "enabled": False}, True),
        # What the guide has rejected.
        ({"id": "2"}, True),
        ({"ip_address": "192.0.2.9"}, True),
        ({"id": "9", "ip_address": "192.0.2.9"}, True),
        ({"id": "2", "ip_address": "192.0.2.300", "netmask": "255.0.0.0"}, True),
        ({"id": "2", "netmask": "text"}, True),
        ({"id": "4", "enabled": False}, True),
        # What would take effect.
        ({"id": "2", "enabled": False}, False),
        ({"id": "02", "enabled": False}, False),
        ({"id": "3", "enabled": True}, False),
        ({"id": "2", "ip_address": "192.0.2.9"}, False),
        ({"id": "2", "ip_address": "0.0.0.0", "netmask": "0.0.0.0"}, False),  # noqa: S104
        ({"id": "2", "netmask": "255.255.0.0"}, False),
        ({"id": "2", "netmask": "255.0.255.0"}, False),
        ({"id": "4", "enabled": False, "ip_address": "192.0.2.9"}, False),
    ],
)
def test_also_through_a_tunnel_no_request_changes_an_interface(
    journal: Journal, sut: Sut, values: dict[str, Any], leaves: bool
) -> None:
    said = refused(guarded(journal, "http://127.0.0.1:8080"), sut, **values)
    assert said == "" if leaves else "would be changed" in said


def test_without_knowing_the_interfaces_none_is_written_to(journal: Journal, sut: Sut) -> None:
    digests = {"POST /system/network/interfaces": {"2": "0123456789abcdef"}}
    for lists in ({}, digests):
        guard = Guard(traces(), journal, lists, TARGET, quiet)
        assert "is not known" in refused(guard, sut, id="2", enabled=True)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("POST /users/configs/", {"user": {"exten": "8000"}}, "8000 is none of pixit.extensions"),
        ("POST /pbx/callgroups", {"callgroup": {"selection": "1"}}, "pixit.callgroup_selections"),
        (
            "POST /system/network/routes",
            {"route": {"destination": "203.0.113.0/24"}},
            "is not within pixit.route_destination",
        ),
    ],
)
def test_what_is_made_lies_within_the_pixit(
    guard: Guard, sut: Sut, name: str, body: Any, said: str
) -> None:
    plain = replace(request(sut, name, body), broken="")
    with pytest.raises(SafetyViolation, match=said):
        guard.before(plain)
    guard.before(replace(plain, broken="must be rejected"))


def test_without_knowing_what_was_there_nothing_is_changed(journal: Journal, sut: Sut) -> None:
    guard = Guard(traces(), journal, {}, TARGET, quiet)
    for name, key in (("POST /users/configs/", None), ("DELETE /users/configs/<exten>", "9000")):
        body = {"user": {"exten": "9000"}} if key is None else None
        with pytest.raises(SafetyViolation, match="could not be read"):
            guard.before(request(sut, name, body, key=key))


@pytest.mark.parametrize("key", ["0101", " 101", "101/", "101%2F"])
def test_a_key_written_in_another_way_is_the_same(guard: Guard, sut: Sut, key: str) -> None:
    with pytest.raises(SafetyViolation, match="was there before the run"):
        guard.before(request(sut, "DELETE /users/configs/<exten>", key=key.replace("%2F", "/")))


def test_what_claims_to_ask_and_does_more_is_refused(guard: Guard, sut: Sut) -> None:
    asking = request(sut, "GET /pbx/pending")
    guard.before(replace(asking, method="OPTIONS", path="/cdr"))
    with pytest.raises(SafetyViolation, match="does more than ask"):
        guard.before(replace(asking, method="DELETE", path="/users/configs/101"))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("DELETE /users/configs/<exten>", "9000"),
        ("DELETE /pbx/callgroups/<callgroupid>", "9"),
        ("PUT /system/restart", None),
    ],
)
def test_before_the_first_change_others_changes_are_looked_for(
    scripted: Start, journal: Journal, name: str, key: str | None
) -> None:
    pending = "<pbx_pending>true</pbx_pending>"
    server = scripted(StubPbx({"GET /pbx/pending": pending}))
    sut = sut_on(server)
    sut.client.guard = Guard(traces(), journal, NOTHING, TARGET, sut.ask)
    with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
        sut.send(sut.outgoing(name, key=key))
    assert [seen.line for seen in server.seen] == ["GET /pbx/pending"]
    assert not journal.past.pending


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("DELETE /users/configs/<exten>", error("users", 15, "User does not exist")),
        ("PUT /pbx/apply", "<pbx_applied>true</pbx_applied>"),
    ],
    ids=["rejected", "applied"],
)
def test_once_nothing_of_its_own_can_be_pending_what_shows_up_is_somebody_else_s(
    scripted: Start, journal: Journal, name: str, answer: str
) -> None:
    pending = {"now": "false"}
    pbx: dict[str, Any] = {
        "GET /pbx/pending": lambda _: kpbx(f"<pbx_pending>{pending['now']}</pbx_pending>"),
        "DELETE /users/configs/9000": answer,
        "PUT /pbx/apply": answer,
    }
    sut = sut_on(scripted(StubPbx(pbx)))
    sut.client.guard = Guard(traces(), journal, NOTHING, TARGET, sut.ask)
    journal.intend([], pending=name == "PUT /pbx/apply")
    sut.send(sut.outgoing(name, key="9000" if "exten" in name else None))
    assert not journal.past.pending
    pending["now"] = "true"
    sut.send(sut.outgoing("GET /users/configs/"))
    with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
        sut.send(sut.outgoing("PUT /pbx/apply"))


def test_a_change_that_was_accepted_is_the_run_s_own(scripted: Start, journal: Journal) -> None:
    pbx: dict[str, Any] = {"GET /pbx/pending": "<pbx_pending>false</pbx_pending>"}
    server = scripted(StubPbx(pbx | {"DELETE /users/configs/9000": error("users", 0, "Success")}))
    sut = sut_on(server)
    sut.client.guard = Guard(traces(), journal, NOTHING, TARGET, sut.ask)
    sut.send(sut.outgoing("DELETE /users/configs/<exten>", key="9000"))
    assert journal.past.pending
    assert [seen.line for seen in server.seen] == ["GET /pbx/pending", "DELETE /users/configs/9000"]


def test_before_apply_revert_and_reboots_others_changes_are_looked_for(
    scripted: Start, journal: Journal
) -> None:
    pending = "<pbx_pending>true</pbx_pending>"
    sut = sut_on(scripted(StubPbx({"GET /pbx/pending": pending})))
    sut.client.guard = Guard(traces(), journal, NOTHING, TARGET, sut.ask)
    for name in ("PUT /pbx/apply", "PUT /pbx/revert", "PUT /system/restart", "PUT /system/halt"):
        with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
            sut.send(sut.outgoing(name))
    with pytest.raises(SafetyViolation, match="somebody else's pending changes"):
        sut.send(sut.outgoing("DELETE /users/configs/<exten>", key="9000"))
