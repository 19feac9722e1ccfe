"""A failure's requests as templates: what belongs to one PBX left open, no secret in it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from conformance.formats.reading import schema
from conformance.lab.target import Connection, Pixit, Target
from conformance.report.template import of_failure, stand_in
from conformance.secrecy import WITHHELD
from conformance.wire.client import basic, md5
from conformance.wire.redact import Redactor
from tests.support import StubPbx, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.sut import Sut
    from conformance.wire.exchange import Exchange
    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

PASSWORD, PRIVACY, KEY = "the & word", "the privacy word", "LICENCE<&>KEY-1"
CHANGE = "PUT /users/configs/<exten>"


@pytest.fixture
def sut(scripted: Start) -> Sut:
    return sut_on(scripted(StubPbx()), password=PASSWORD)


def template(sut: Sut, *exchanges: Exchange) -> dict[str, Any]:
    connection = Connection(url=sut.target.connection.url, password=PASSWORD)
    pixit = Pixit(privacy_password=PRIVACY, activation_key=KEY)
    target = Target(connection, pixit=pixit)
    found = of_failure(target, Redactor(target.secrets), exchanges)
    whole = json.loads(json.dumps(found))
    jsonschema.validate(whole, schema("case") | {"$ref": "#/$defs/sequence"} | NOTHING_ELSE)
    for secret in (PASSWORD, md5(PASSWORD), PRIVACY, md5(PRIVACY), KEY, "LICENCE"):
        assert secret not in json.dumps(found, ensure_ascii=False)
    return found


# Of the schema of a case, only what it says of a sequence.
NOTHING_ELSE: dict[str, Any] = {"required": [], "properties": {}, "additionalProperties": True}


def ask(sut: Sut, name: str, body: Any = None, **how: Any) -> Exchange:
    return sut.send(sut.outgoing(name, body, **how))


def test_secrets_of_the_target_are_named(sut: Sut) -> None:
    found = template(
        sut,
        ask(sut, "POST /cdr", {"cdr": {"privacy_password": md5(PRIVACY)}}),
        ask(sut, "POST /license/pxbinstance", {"pbx_instance_license": {"activation_key": KEY}}),
    )
    first, second = found["requests"]
    assert first["authorization"] == {
        "user": [{"secret": "username", "as": "text"}],
        "password": [{"secret": "password", "as": "md5", "length": 32}],
    }
    assert {"secret": "privacy_password", "as": "md5", "length": 32} in first["body"]
    assert {"secret": "activation_key", "as": "xml"} in second["body"]


@pytest.mark.parametrize(
    ("authorization", "wanted"),
    [
        (None, None),
        (basic("admin", PASSWORD), [{"secret": "password", "as": "text"}]),
        (basic("admin", md5(PASSWORD)[:-1] + "x"),
         [{"secret": "password", "as": "md5", "length": 31}, "x"]),
        (basic("admin", ""), []),
        (basic("admin", "another"), [WITHHELD]),
    ],
)  # fmt: skip
def test_credentials_that_are_to_be_refused(sut: Sut, authorization: Any, wanted: Any) -> None:
    [one] = template(sut, ask(sut, "GET /pbx/pending", authorization=authorization))["requests"]
    assert (one["authorization"] and one["authorization"]["password"]) == wanted


def test_secrets_of_the_run_s_own_are_stand_ins_another_for_each_value(sut: Sut) -> None:
    changes = [{"sip_secret": "Ab-12&c", "vm_secret": "0042"}, {"sip_secret": "Other-9"}]
    asked = [ask(sut, CHANGE, {"user": one}, key="9000") for one in (*changes, changes[0])]
    found = template(sut, *asked)
    used = [
        [piece["value"] for piece in one["body"] if isinstance(piece, dict)]
        for one in found["requests"]
    ]
    first = ["KPBX_SIP_SECRET_1", "KPBX_VM_SECRET_1"]
    assert used == [first, ["KPBX_SIP_SECRET_2"], first]
    values = found["values"]
    assert values["KPBX_SIP_SECRET_1"] != values["KPBX_SIP_SECRET_2"]
    for held in ("Ab-12", "Other-9", "0042"):
        assert held not in json.dumps(found)


def test_numbers_of_the_lab_are_values_with_their_default(sut: Sut) -> None:
    fields = {
        "exten": "9000",
        "sip_secret": "s",
        "first_name": "a",
        "last_name": "9000",
    }
    found = template(
        sut,
        ask(sut, "POST /users/configs/", {"user": fields}),
        ask(sut, "DELETE /users/configs/<exten>", key="9000", request_id=None),
        ask(sut, "DELETE /users/configs/<exten>", key="9001", request_id=None),
    )
    assert found["values"]["KPBX_EXTEN_1"] == "9000"
    assert found["requests"][1]["path"] == [
        "/rest/users/configs/",
        {"value": "KPBX_EXTEN_1", "as": "path"},
    ]
    assert found["requests"][2]["path"] == ["/rest/users/configs/9001"]
    assert "<last_name>9000</last_name>" in "".join(map(str, found["requests"][0]["body"]))


@pytest.mark.parametrize("gateway", ["999.1.1.1", "text", ""])
def test_what_is_no_address_on_purpose_stays(sut: Sut, gateway: str) -> None:
    route = {"enabled": "true", "destination": "198.51.100.0/24", "gateway": gateway}
    asked = ask(sut, "POST /system/network/routes", {"route": route}, broken="no address")
    assert template(sut, asked)["values"] == {}


@pytest.mark.parametrize("raw", [b"\xff\xfe<a", b"a\0b"])
def test_a_body_that_no_shell_can_hold(sut: Sut, raw: bytes) -> None:
    [one] = template(sut, ask(sut, "POST /cdr", raw=raw, broken="no text"))["requests"]
    assert one["body"] == [{"base64": base64.b64encode(raw).decode()}]


@pytest.mark.parametrize("text", ["\U000f0000\U000f0001", "a" * 70_000])
def test_a_body_that_can_t_be_taken_apart_stays_whole(sut: Sut, text: str) -> None:
    body = {"user": {"first_name": text, "sip_secret": "held-back"}}
    [one] = template(sut, ask(sut, CHANGE, body, key="9000", broken="odd"))["requests"]
    [whole] = one["body"]
    assert text in whole
    assert "held-back" not in whole


def test_lab_conditions_and_classes(sut: Sut) -> None:
    exchange = ask(sut, CHANGE, {"user": {"first_name": "a"}}, key="9000")
    exchange.conditions = ("storage-failure",)
    [one] = template(sut, exchange)["requests"]
    assert (one["safety"], one["conditions"]) == ("config", ["storage-failure"])


@pytest.mark.parametrize("secret", ["Sip-9000-secret", "0042", md5("x"), "&&", "é-1", "k"])
def test_a_stand_in_has_the_form_of_a_secret_and_nothing_of_it(secret: str) -> None:
    made = [stand_in(secret, number) for number in (1, 2)]
    assert secret not in made
    if any(char.isascii() and char.isalnum() for char in secret):
        assert made[0] != made[1]
        assert [len(one) for one in made] == [len(secret)] * 2
        assert [char.isdigit() for char in made[0]] == [char.isdigit() for char in secret] or (
            secret == md5("x")
        )
