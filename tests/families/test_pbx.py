"""Callgroups and failovers as they are compared: what makes a difference, and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from conformance.check import Check
from conformance.families.pbx import test_failovers as checks
from conformance.families.pbx.callgroups import priorities
from conformance.families.pbx.configuration import Configuration
from conformance.families.pbx.failovers import read_failover, same_words, states_identity
from conformance.families.pbx.record import Callgroup, as_members, display_names, read_callgroup
from conformance.verdict import Inconclusive
from conformance.wire.message import document
from tests.support import ScriptedServer, StubPbx, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable

FAILOVER = (
    "<failover><intro/><type>FORWARD_TO_EXTEN</type><destination>"
    "<name> Ada  Rossi</name><value>101</value></destination></failover>"
)
PRIORITIES = (
    "<priorities>"
    "<priority><id>1</id><members>"
    "<member><exten>101</exten><display_name>Ada</display_name></member>"
    "<member><exten>102</exten><display_name>Zoë</display_name></member>"
    "</members></priority>"
    "<priority><id>2</id><members>"
    "<member><exten>103</exten><display_name>Eva</display_name></member>"
    "</members></priority></priorities>"
)
FIELDS = (
    "<id>7</id><name>Sales</name><selection>9100</selection><enabled>true</enabled>"
    "<timeout>25</timeout>"
)


def callgroup(inner: str = FIELDS + FAILOVER + PRIORITIES) -> Callgroup:
    return read_callgroup(etree.fromstring(f"<callgroup>{inner}</callgroup>"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<name>Sales</name>", "<name> Sales\n</name>"),
        ("<timeout>25</timeout>", "<timeout> 025 </timeout>"),
        ("<intro/>", "<intro> </intro>"),
        ("<intro/>", ""),
        ("<value>101</value>", "<value>101</value><gateway_id/><gateway_type/>"),
        ("</priorities>", "<priority><id>3</id><members/></priority></priorities>"),
    ],
)
def test_what_the_guide_leaves_open_is_no_difference(old: str, new: str) -> None:
    whole = FIELDS + FAILOVER + PRIORITIES
    assert old in whole
    assert callgroup() == callgroup(whole.replace(old, new))


def test_orders_and_absent_blocks_are_no_difference() -> None:
    assert callgroup(PRIORITIES + FAILOVER + FIELDS) == callgroup()
    backwards = etree.fromstring(PRIORITIES)
    backwards[:] = reversed(backwards)
    assert callgroup(FIELDS + FAILOVER + etree.tostring(backwards).decode()) == callgroup()
    assert callgroup(FIELDS) == callgroup(FIELDS + "<failover/><priorities/>")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("Sales", "sales", "name"),
        ("9100", "", "selection"),
        ("true", "false", "enabled"),
        ("<timeout>25", "<timeout>26", "timeout"),
        ("<value>101", "<value>102", "failover"),
        ("<id>2</id>", "<id>3</id>", "members"),
        ("<exten>102", "<exten>104", "members"),
        ("<exten>102", "<exten>101", "members"),
        ("Zoë", "Zoe", "display_names"),
    ],
)
def test_each_field_makes_a_difference(old: str, new: str, field: str) -> None:
    other = callgroup((FIELDS + FAILOVER + PRIORITIES).replace(old, new, 1))
    found = callgroup().differences(other)
    assert field in found


def test_requested_members_are_read_back_as_they_were_sent() -> None:
    members = {3: ["103"], 1: ["102", "101"]}
    sent = etree.fromstring(document({"priorities": priorities(members)}, None))
    assert read_callgroup(sent).members == as_members(members)
    assert as_members(members) == (("1", ("101", "102")), ("3", ("103",)))


def test_members_are_read_with_their_display_names() -> None:
    shown = PRIORITIES.replace("<display_name>Ada</display_name>", "<display_name/>")
    element = etree.fromstring(f"<callgroup>{shown.replace('Zoë', ' Zoë  Rossi')}</callgroup>")
    assert display_names(element) == [("101", ""), ("102", "Zoë Rossi"), ("103", "Eva")]


def test_configurations_differ_by_name_and_never_by_value() -> None:
    before = Configuration({"101": {"sip_secret": ["one"]}}, {"7": callgroup()})
    changed = callgroup(FIELDS.replace("25", "26") + FAILOVER + PRIORITIES)
    after = Configuration(
        {"101": {"sip_secret": ["two"]}, "102": {}}, {"7": changed, "8": callgroup()}
    )
    assert before.differences(before) == ""
    assert before.differences(after) == (
        "extension 102 is new; callgroup 8 is new; "
        "sip_secret of extension 101 changed; timeout of callgroup 7 changed"
    )
    assert after.differences(before).startswith("extension 102 is gone; callgroup 8 is gone")


def test_failover_is_read_with_its_owner() -> None:
    element = etree.fromstring(f"<callgroup>{FAILOVER}</callgroup>")
    found = read_failover(element, "callgroup 7")
    assert found is not None
    assert (found.owner, found.type) == ("callgroup 7", "FORWARD_TO_EXTEN")
    assert (found.name, found.value, found.gateway_id) == ("Ada Rossi", "101", "")


@pytest.mark.parametrize("block", ["", "<failover/>", "<failover><type/></failover>"])
def test_failover_that_is_not_configured_is_none(block: str) -> None:
    assert read_failover(etree.fromstring(f"<config>{block}</config>"), "extension 101") is None


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("Ada Rossi", True),
        ("Rossi, Ada", True),
        ("Ada Rossi (101)", True),
        ("Ada", False),
        ("", False),
        ("Eva Rossi", False),
    ],
)
def test_identity_is_first_and_last_name_in_any_order(name: str, held: bool) -> None:
    assert states_identity(name, "Ada", " Rossi ") is held


def test_names_are_the_same_but_for_white_space() -> None:
    assert same_words(" Call  centre", "Call centre")
    assert not same_words("Call centre", "Callcentre")


def test_a_name_that_somebody_is_changing_is_not_judged(
    scripted: Callable[[StubPbx], ScriptedServer],
) -> None:
    user = "<exten>101</exten><first_name>Eva</first_name><last_name>Rossi</last_name>"
    pbx = StubPbx(
        {
            "GET /users/configs/": f"<configs><config>{user}</config></configs>",
            "GET /pbx/callgroups": f"<callgroups><callgroup>{FAILOVER}</callgroup></callgroups>",
            "GET /pbx/pending": "<pbx_pending>true</pbx_pending>",
        }
    )
    check = Check(sut_on(scripted(pbx)), ())
    with pytest.raises(Inconclusive, match="changes are pending"):
        checks.test_failover_to_an_extension_carries_its_identity(check)
