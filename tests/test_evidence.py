"""Which exchanges show a failure, and what the PBX gave in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import Check
from conformance.evidence import LONGEST_SEQUENCE, given, minimal, value_in
from tests.support import StubPbx, error, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.exchange import Exchange
    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

CONTACT = (
    "<contact><id>{}</id><first_name>{}</first_name><last_name>b</last_name><organization/>"
    "<organizational_unit/><type>system</type><phone>{}</phone><mail/><speed_dial/></contact>"
)
ADA, IDA = CONTACT.format(7, "Ada", "11"), CONTACT.format(8, "Ida &amp; Co", "22")
LISTED = f"<contacts>{ADA}{IDA}</contacts>"
ETH = (
    "<interfaces><interface><id>1</id><enabled>true</enabled><name>eth0</name>"
    "<ip_address>192.0.2.10</ip_address><netmask>255.255.255.0</netmask></interface>"
    "<interface><id>2</id><enabled>true</enabled><name>eth1</name>"
    "<ip_address>192.0.2.77</ip_address><netmask>255.255.255.0</netmask></interface></interfaces>"
)
ROUTES = "<routes/>"
DONE = error("contact", 0, "Success")
ADD, CHANGE, LIST = (
    "POST /phonebook/contacts",
    "PUT /phonebook/contacts",
    "GET /phonebook/contacts",
)
SENT = {"first_name": "Ida & Co", "last_name": "b", "phone": "22"}


@pytest.fixture
def check(scripted: Start) -> Check:
    table: dict[str, Any] = {
        ADD: DONE,
        LIST: LISTED,
        CHANGE: DONE,
        "GET /phonebook/contacts/8": f"<contacts>{CONTACT.format(8, 'x', '22')}</contacts>",
        "DELETE /phonebook/contacts/8": DONE,
        "POST /system/network/interfaces": ETH,
        "GET /system/network/routes": ROUTES,
        "PUT /system/network/interfaces": error("interface", 0, "Success"),
        "PUT /users/configs/9000": error("user", 0, "Success"),
    }
    return Check(sut_on(scripted(StubPbx(table))), [])


def lines(sequence: tuple[Exchange, ...]) -> list[str]:
    return [f"{one.request.method} {one.request.path.partition('?')[0][5:]}" for one in sequence]


def test_the_answer_that_showed_an_id_comes_with_the_request_that_uses_it(check: Check) -> None:
    check.call(ADD, {"contact": SENT})
    check.call("GET /pbx/pending")
    check.call(LIST)
    check.call("GET /pbx/pending")
    last = check.call("DELETE /phonebook/contacts/<id>", key="8")
    shown = minimal(check.exchanges, [last])
    assert lines(shown) == [ADD, LIST, "DELETE /phonebook/contacts/8"]
    [one] = given(shown)
    assert (one.exchange, one.record, one.tag, one.value) == (1, "contact", "id", "8")
    assert one.holds == "<phone>22</phone>"


def test_an_id_in_a_body(check: Check) -> None:
    check.call(ADD, {"contact": SENT})
    check.call(LIST)
    last = check.call(CHANGE, {"contact": {"id": "8", **SENT}})
    shown = minimal(check.exchanges, [last])
    assert lines(shown) == [ADD, LIST, CHANGE]
    assert [one.value for one in given(shown)] == ["8"]


def test_numbers_of_the_lab_are_no_ids(check: Check) -> None:
    last = check.call("PUT /users/configs/<exten>", {"user": {"last_name": "b"}}, key="9000")
    assert given(minimal(check.exchanges, [last])) == []


def test_values_of_the_pbx_that_a_request_repeats_are_given_as_well(check: Check) -> None:
    check.call("POST /system/network/interfaces")
    fields = {"id": "2", "enabled": "true", "ip_address": "192.0.2.77", "netmask": "255.255.0.0"}
    last = check.call("PUT /system/network/interfaces", {"interface": fields})
    found = given(minimal(check.exchanges, [last]))
    assert {one.tag: one.value for one in found} == {
        "id": "2",
        "enabled": "true",
        "ip_address": "192.0.2.77",
    }
    assert {one.holds for one in found} == {"<name>eth1</name>"}


def test_requests_that_only_ask_are_no_changes_though_sent_with_post(check: Check) -> None:
    check.call("POST /system/network/interfaces")
    last = check.call("GET /pbx/pending")
    assert lines(minimal(check.exchanges, [last])) == ["GET /pbx/pending"]


def test_what_was_read_afterwards_belongs_to_it_until_something_else_changes(
    check: Check,
) -> None:
    blamed = check.call(ADD, {"contact": SENT})
    check.call("PUT /pbx/apply")
    check.call(LIST)
    check.call(CHANGE, {"contact": {"id": "8", **SENT}})
    check.call("GET /pbx/pending")
    assert lines(minimal(check.exchanges, [blamed])) == [ADD, "PUT /pbx/apply", LIST]


def test_one_object_is_shown_beside_the_list_that_it_differs_from(check: Check) -> None:
    check.call(LIST)
    check.call("GET /system/network/routes")
    last = check.call("GET /phonebook/contacts/<id>", key="8")
    assert lines(minimal(check.exchanges, [last])) == [LIST, "GET /phonebook/contacts/8"]


def test_what_is_not_of_the_check_is_shown_as_it_is(check: Check) -> None:
    other = check.sut.send(check.sut.outgoing("GET /pbx/pending"))
    check.call(LIST)
    assert minimal(check.exchanges, [other]) == (other,)
    assert minimal([], []) == ()
    assert LONGEST_SEQUENCE > 20


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("<a><r><id>1</id><n>x</n></r><r><id>2</id><n>y</n></r></a>", "2"),
        ("<a>\n <r>\n\t<n>\n y\r\n</n>\n <id> 2 </id>\n</r>\n</a>", "2"),
        ("<a><r><n>y</n><id>a&amp;b</id></r></a>", "a&b"),
        ("<a><r><id>1</id><n>y</n></r><r><id>2</id><n>y</n></r></a>", ""),
        ("<a><r><id>1</id></r><n>y</n></a>", ""),
        ("<a><r><n>y</n></r></a>", ""),
        ("", ""),
    ],
)
def test_a_value_is_taken_from_the_only_record_that_holds_something(
    answer: str, value: str
) -> None:
    assert value_in(answer, "r", "<n>y</n>", "id") == value
