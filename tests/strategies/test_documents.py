"""Every message that is drawn fits its schema; every flat draw fits the type it stands for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xmlschema.validators import XsdSimpleType

from conformance import catalogue
from conformance.schema.inspect import components
from conformance.schema.store import message_schema
from conformance.schema.validate import validate_bytes
from conformance.strategies.documents import bodies
from conformance.strategies.text import CURATED
from conformance.strategies.values import FLAT, simple_values
from conformance.wire.message import DECLARATION, document

SCHEMAS = sorted(
    {
        path
        for end in catalogue.load().endpoints.values()
        for kind in ("request", "response")
        for version in ("1.0", "1.1")
        if (path := end.schema(kind, version))
    }
)
FEW = settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("relative", SCHEMAS)
def test_drawn_messages_are_valid(relative: str) -> None:
    schema = message_schema(relative)

    @FEW
    @given(bodies(relative))
    def holds(body: dict[str, Any]) -> None:
        data = document(body, None)
        if schema.model.root_name != "kpbx_request":
            data = data.replace(b"kpbx_request", b"kpbx_response")
        assert data.startswith(DECLARATION)
        result = validate_bytes(schema, data)
        assert result.valid, (data, result.errors)

    holds()


@pytest.mark.parametrize("name", sorted(FLAT))
def test_flat_draws_fit_their_type(name: str) -> None:
    relative = "system/system.network.routes.post.request.xsd"
    kind = components(relative).maps.types[name]
    assert isinstance(kind, XsdSimpleType)

    @FEW
    @given(simple_values(kind))
    def holds(value: str) -> None:
        assert kind.is_valid(value)

    holds()


def test_what_the_caller_knows_stands_in_for_the_type() -> None:
    known = {"user/exten": st.just("9007"), "last_name": st.just("Conti")}

    @FEW
    @given(bodies("users/users.configs.post.request.xsd", known))
    def holds(body: dict[str, Any]) -> None:
        assert body["user"]["exten"] == "9007"
        assert body["user"]["last_name"] == "Conti"

    holds()


def test_optional_elements_come_and_go() -> None:
    seen: set[frozenset[str]] = set()

    @settings(FEW, max_examples=60)
    @given(bodies("system/system.network.interfaces.put.request.xsd"))
    def collect(body: dict[str, Any]) -> None:
        seen.add(frozenset(body["interface"]))

    collect()
    tags = set().union(*seen)
    assert tags == {"id", "enabled", "ip_address", "netmask"}
    assert len(seen) > 4, "several combinations of the optional tags"


def test_curated_texts_are_what_phone_books_hold() -> None:
    joined = "".join(CURATED)
    for needed in ("&", "<", ">", '"', "'", "%", "]]>", "Ю", "王", "م", "𝄞"):
        assert needed in joined
