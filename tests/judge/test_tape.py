"""The client that answers from a recording."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from conformance import catalogue
from conformance.errors import SafetyViolation
from conformance.judge.capture import OURS, read_capture
from conformance.judge.marks import restored, stand_in
from conformance.judge.tape import DEPARTS, Tape, TapeClock, normal_node, tracks
from conformance.lab.safety import SafetyClass
from conformance.lab.target import Connection
from conformance.verdict import Inconclusive
from conformance.wire.client import Outgoing
from tests.judge.made import Recording, answer, har, request

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.wire.exchange import Exchange

NODE = "families/users/test_x.py::test_y"
ENDPOINTS = catalogue.load().endpoints


def tape(folder: Path, recording: Recording, **own: Any) -> Tape:
    for entry in recording.entries:
        entry["_kpbx"] = {"check": NODE, **own}
    file = folder / "exchanges.har"
    file.write_text(json.dumps(har(*recording.entries, creator=OURS)), encoding="utf-8")
    found = tracks(read_capture(file).entries)
    allowed = frozenset({SafetyClass.READ, SafetyClass.CONFIG})
    client = Tape(Connection("http://pbx.example"), allowed, found, TapeClock(), lambda _: None)
    client.turn_to(NODE)
    return client


def ask(client: Tape, line: str, body: str = "", request_id: str | None = "x") -> Exchange:
    method, _, path = line.partition(" ")
    end = ENDPOINTS.get(line)
    data = body.encode()
    outgoing = Outgoing(end, method, path, SafetyClass.CONFIG, body=data, request_id=request_id)
    return client.send(outgoing)


def test_each_request_gets_its_answer(tmp_path: Path) -> None:
    recording = Recording().add("GET /pbx/pending", answer("<pbx_pending>true</pbx_pending>"))
    recording.add("POST /cdr", answer("<cdr/>"), request("<cdr/>"), status=400)
    client = tape(tmp_path, recording)
    found = ask(client, "GET /pbx/pending").response
    assert found is not None
    assert b"pbx_pending" in found.body
    assert ask(client, "POST /cdr", request("<cdr/>")).status == 400
    with pytest.raises(Inconclusive, match=f"{DEPARTS}: it has no more requests"):
        ask(client, "GET /pbx/pending")
    client.turn_to(NODE)
    assert ask(client, "GET /pbx/pending").status == 200
    client.turn_to("another check")
    with pytest.raises(Inconclusive, match=DEPARTS):
        ask(client, "GET /pbx/pending")


@pytest.mark.parametrize("line", ["GET /pbx/apply", "PUT /pbx/revert", "GET /pbx/pending?a=b"])
def test_another_request_is_where_it_departs(tmp_path: Path, line: str) -> None:
    client = tape(tmp_path, Recording().add("GET /pbx/pending", answer("")))
    with pytest.raises(Inconclusive, match="it has GET /rest/pbx/pending, the check sends"):
        ask(client, line)


def test_another_body_is_where_it_departs(tmp_path: Path) -> None:
    recording = Recording().add("POST /cdr", answer("<cdr/>"), request("<cdr/>"))
    with pytest.raises(Inconclusive, match=DEPARTS):
        ask(tape(tmp_path, recording), "POST /cdr", request("<cdr><begin/></cdr>"))


def test_looks_at_the_pbx_may_be_more_or_fewer(tmp_path: Path) -> None:
    recording = Recording()
    for _ in range(3):
        recording.add("GET /pbx/pending", answer(""))
    recording.add("PUT /pbx/apply", answer(""))
    client = tape(tmp_path, recording)
    assert ask(client, "GET /pbx/pending", request_id=None).status == 200
    assert ask(client, "PUT /pbx/apply").status == 200
    assert ask(client, "GET /pbx/pending", request_id=None).status == 200


def test_what_a_check_may_not_send_it_may_not_play(tmp_path: Path) -> None:
    client = tape(tmp_path, Recording().add("PUT /system/halt", answer("")))
    with pytest.raises(SafetyViolation):
        client.send(Outgoing(None, "PUT", "/system/halt", SafetyClass.HALT))


def test_secrets_that_the_check_knows_come_back(tmp_path: Path) -> None:
    sent = "<user><sip_secret>{}</sip_secret></user>"
    shown = (
        "<configs><config><sip_secret>[withheld]</sip_secret>"
        "<gui_secret_md5>[withheld]</gui_secret_md5></config></configs>"
    )
    recording = Recording().add(
        "POST /users/configs/", answer(""), request(sent.format("[withheld]"))
    )
    recording.add("GET /users/configs/", answer(shown))
    client = tape(tmp_path, recording, withheld={"sent": [7], "answered": [7, 8]})
    ask(client, "POST /users/configs/", request(sent.format("s & 1")))
    found = ask(client, "GET /users/configs/").response
    assert found is not None
    assert b"<sip_secret>s & 1</sip_secret>" in found.body
    assert stand_in("gui_secret_md5", 8).encode() in found.body


def test_marks_that_can_not_be_filled_are_no_answer(tmp_path: Path) -> None:
    recording = Recording().add(
        "GET /users/configs/", answer("<first_name>[withheld]</first_name>")
    )
    with pytest.raises(Inconclusive, match="withheld"):
        ask(tape(tmp_path, recording), "GET /users/configs/")


def test_marks() -> None:
    text = "<a><sip_secret>[withheld]</sip_secret><user_pin>[withheld]</user_pin></a>"
    filled, whole = restored(text, [3, 3], {3: "same"})
    assert filled.count("same") == 2
    assert whole
    different, whole = restored(text, [])
    assert different.count("withheld--") == 2
    assert whole
    assert restored("<name>x[withheld]y</name>", [])[1] is False


def test_the_name_of_a_check_is_the_same_wherever_pytest_was_started() -> None:
    assert normal_node(f"site-packages/conformance/{NODE}") == NODE
    assert normal_node(NODE) == NODE
    assert normal_node("a.py::test[conformance/x]") == "a.py::test[conformance/x]"
