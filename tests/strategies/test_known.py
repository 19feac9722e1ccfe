"""What is known of a PBX names elements of the schemas, and keeps its messages valid."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from conformance import catalogue
from conformance.schema.store import message_schema
from conformance.schema.validate import validate_bytes
from conformance.strategies.documents import bodies
from conformance.strategies.known import BY_ELEMENT, Facts, known_of
from conformance.wire.message import document

FACTS = Facts(
    exten="9005",
    members=["9001", "9002", "9003"],
    callgroup="Conformance",
    selections=["9100"],
    contact="7",
    owners=["9001"],
    mark="mark1234",
    route="3",
    destination="198.51.100.0/24",
    gateways=["192.0.2.1"],
    interface="1",
    past="2014-05-20 12:00:00",
)
REQUESTS = sorted(
    {path for end in catalogue.load().endpoints.values() if (path := end.schema("request", "1.1"))}
)
FEW = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("relative", REQUESTS)
def test_messages_of_what_is_known_are_valid(relative: str) -> None:
    schema = message_schema(relative)

    @FEW
    @given(bodies(relative, known_of(FACTS)))
    def holds(body: dict[str, Any]) -> None:
        result = validate_bytes(schema, document(body, None))
        assert result.valid, result.errors

    holds()


def test_every_element_is_one_of_a_request() -> None:
    found: set[str] = set()

    def collect(path: str, value: Any) -> None:
        found.add(path)
        for tag, inner in value.items() if isinstance(value, dict) else ():
            collect(f"{path}/{tag}".lstrip("/"), inner)

    for relative in REQUESTS:

        @settings(FEW, max_examples=60)
        @given(bodies(relative))
        def holds(body: dict[str, Any]) -> None:
            collect("", body)

        holds()
    assert set(BY_ELEMENT) <= found


def test_what_needs_a_fact_is_known_with_it_alone() -> None:
    assert "user/exten" not in known_of(Facts())
    assert "user/exten" in known_of(Facts(exten="9005"))
    assert known_of(Facts())["request_id"] is None


@FEW
@given(bodies("pbx/pbx.callgroups.post.request.xsd", known_of(FACTS)))
def test_members_stand_in_numbered_priorities_once_each(body: dict[str, Any]) -> None:
    levels = body["callgroup"]["priorities"]["priority"]
    extens = [one["exten"] for level in levels for one in level["members"]["member"]]
    assert extens
    assert len(extens) == len(set(extens))
    assert sorted(level["id"] for level in levels) == [str(n + 1) for n in range(len(levels))]
