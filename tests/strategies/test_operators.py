"""Each operator breaks a message in one way and leaves the rest, and the message itself, alone."""

from __future__ import annotations

import re
from copy import deepcopy
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.schema.store import message_schema
from conformance.schema.validate import validate_bytes
from conformance.strategies.operators import (
    FIT_THE_SCHEMA,
    OPERATORS,
    Broken,
    Rule,
    apply_rule,
    bad_addresses,
    bad_destinations,
    bad_versions,
    broken_by,
    container,
    mandatory,
)
from conformance.wire.message import document

FEW = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
ROUTE = {"route": {"enabled": "true", "destination": "198.51.100.0/24", "gateway": "192.0.2.1"}}
GROUP = {
    "callgroup": {
        "name": "a",
        "priorities": {"priority": [{"id": "1", "members": {"member": [{"exten": "1"}]}}]},
    }
}


def broken(name: str, path: str, value: str = "", body: dict[str, Any] = ROUTE) -> Any:
    kept = deepcopy(body)
    found = apply_rule(body, Rule(name, path, (12,)), value).body
    assert body == kept, "the message itself stays whole"
    return found


def test_containers() -> None:
    assert broken("container missing", "route") == {}
    assert list(broken("container renamed", "route")) == ["conformance"]
    assert broken("container unwrapped", "route") == ROUTE["route"]
    assert broken("container empty", "route") == {"route": {}}


def test_fields() -> None:
    assert "gateway" not in broken("field missing", "route/gateway")["route"]
    assert broken("field empty", "route/gateway")["route"]["gateway"] == ""
    assert not broken("field blank", "route/gateway")["route"]["gateway"].strip()
    found = broken("outside its type", "route/gateway", "x")
    assert found == {"route": {**ROUTE["route"], "gateway": "x"}}


def test_fields_of_a_list() -> None:
    found = broken("block empty", "callgroup/priorities/priority/members", body=GROUP)
    assert found["callgroup"]["priorities"]["priority"] == [{"id": "1", "members": {}}]


def test_an_id_in_the_url_leaves_the_body_alone() -> None:
    found = apply_rule(ROUTE, Rule("id unknown in the URL", "key", (15,)), "999")
    assert (found.body, found.key) == (ROUTE, "999")


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_only_what_is_wrong_for_this_pbx_fits_the_schema(name: str) -> None:
    schema = message_schema("system/system.network.routes.post.request.xsd")
    path = "route" if name.startswith("container") else "route/gateway"
    value = "not one" if name == "outside its type" else "192.0.2.9"
    found = apply_rule(ROUTE, Rule(name, path, (12,)), value)
    valid = validate_bytes(schema, document(found.body, None)).valid
    assert valid == (name in FIT_THE_SCHEMA) == found.fits_the_schema
    assert found.said


def test_rules_of_mandatory_fields() -> None:
    rules = [*container("route", 40), *mandatory("route/gateway", 12, also=42)]
    assert [rule.codes for rule in rules] == [(40,), (40,), (40,), (12,), (12, 42), (12, 42)]
    assert [rule.lenient for rule in rules] == [False] * 5 + [True]


@FEW
@given(broken_by(Rule("outside its type", "route/gateway", (42,), bad_addresses()), st.just(ROUTE)))
def test_the_rest_of_a_drawn_message_stays(message: Broken) -> None:
    found = dict(message.body["route"])
    assert found.pop("gateway") in message.said
    assert found == {"enabled": "true", "destination": "198.51.100.0/24"}


@FEW
@given(bad_addresses())
def test_bad_addresses_are_none(value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        IPv4Address(value)


@FEW
@given(bad_destinations("198.51.100.0/24"))
def test_bad_destinations_are_none(value: str) -> None:
    address, slash, bits = value.partition("/")
    whole = slash and bits.isdecimal()
    with pytest.raises(ValueError, match=r".+"):
        IPv4Network(value if whole and address.count(".") == 3 else "no network")


@FEW
@given(bad_versions((3, 9, 5, 2891)))
def test_bad_versions_are_none(value: str) -> None:
    assert not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+-[0-9]{4}", value)
