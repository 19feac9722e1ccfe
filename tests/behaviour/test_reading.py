"""Records as they are compared: what the guide leaves open makes no difference."""

from __future__ import annotations

import pytest
from lxml import etree

from conformance.behaviour import values
from conformance.behaviour.kinds import USER
from conformance.behaviour.model import differences
from conformance.behaviour.reading import flat, objects, projected
from conformance.wire.message import document

CALLGROUP = (
    "<callgroup><id>7</id><name> Sales  desk</name><timeout>025</timeout><selection/>"
    "<failover><type>HANGUP</type><destination><name>x</name></destination></failover>"
    "<priorities><priority><id>2</id><members><member><exten>103</exten></member></members>"
    "</priority><priority><id>1</id><members><member><exten>102</exten><display_name>Z"
    "</display_name></member><member><exten>101</exten></member></members></priority>"
    "<priority><id>3</id><members/></priority></priorities></callgroup>"
)


def read(text: str, key: str = "id") -> dict[str, str]:
    found, _ = objects([etree.fromstring(text)], key)
    [fields] = found.values()
    return dict(fields)


def test_callgroup_is_read_without_what_is_left_open() -> None:
    assert read(CALLGROUP) == {
        "id": "7",
        "name": "Sales desk",
        "timeout": "25",
        "failover/type": "HANGUP",
        "members": "1: 101 102; 2: 103",
    }


def test_request_and_record_have_the_same_form() -> None:
    body = values.callgroup("Sales desk", "", ["103", "101", "102"], 25)
    sent = flat(body)
    shown = etree.fromstring(document({"callgroup": body}, None))[0]
    assert read(etree.tostring(shown).decode(), "name") == sent
    assert sent["members"] == "1: 103; 2: 101 102"


@pytest.mark.parametrize("destination", ["198.51.100.0/24", "198.51.100.7/24", " 198.51.100.0/24 "])
def test_host_bits_of_a_destination_make_no_difference(destination: str) -> None:
    assert flat({"destination": destination}) == {"destination": "198.51.100.0/24"}


def test_repeated_keys_are_told() -> None:
    records = [etree.fromstring("<user><exten>101</exten></user>") for _ in range(2)]
    found, repeated = objects(records, "exten")
    assert (list(found), repeated) == (["101"], ("101",))


def test_brief_sees_part_of_an_extension() -> None:
    fields = flat(values.new_user("9000", 0))
    brief = projected(fields, USER.sights[1])
    assert set(brief) == {"exten", "first_name", "last_name"}
    assert differences({"9000": brief}, {"9000": {**brief, "enabled": ""}}) == []
