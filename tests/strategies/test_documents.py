"""Every message of xsd/ can be drawn, is valid by both engines, and is written as intended."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
import xmlschema
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance import catalogue
from conformance.resources import xsd_dir
from conformance.schema.inspect import complaints
from conformance.schema.store import message_schema
from conformance.schema.validate import validate_bytes
from conformance.strategies.documents import bodies, draw_body
from conformance.strategies.minimal import cut_down
from conformance.strategies.plan import Node, compile_element
from conformance.strategies.text import CURATED
from conformance.wire.message import DECLARATION, CData, References, document

if TYPE_CHECKING:
    from pathlib import Path

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
        assert not list(complaints(relative, data)), data

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


def test_text_goes_out_as_sections_and_references_too() -> None:
    relative = "phonebook/phonebook.contacts.put.request.xsd"
    seen: set[type] = set()

    @settings(FEW, max_examples=80)
    @given(bodies(relative))
    def collect(body: dict[str, Any]) -> None:
        texts = [value for value in body["contact"].values() if isinstance(value, str)]
        seen.update(map(type, texts))
        found = etree.fromstring(document(body, None)).find("contact")
        assert found is not None
        assert [child.text or "" for child in found] == texts

    collect()
    assert seen == {str, CData, References}


def test_what_is_known_to_be_left_out_is_left_out() -> None:
    @FEW
    @given(bodies("users/users.configs.post.request.xsd", {"request_id": None}))
    def holds(body: dict[str, Any]) -> None:
        assert list(body) == ["user"]

    holds()


def test_a_search_for_a_failing_message_ends_at_a_minimal_one() -> None:
    relative = "phonebook/phonebook.contacts.post.request.xsd"
    drawn = bodies(relative, {"request_id": None})
    found = find(
        drawn,
        lambda body: "&" in body["contact"].get("organization", ""),
        settings=settings(FEW, max_examples=500),
    )
    small = cut_down(found, lambda body: "&" in body.get("contact", {}).get("organization", ""))
    assert list(small) == ["contact"]
    assert list(small["contact"]) == ["organization"]


def test_a_facet_changed_in_a_schema_changes_what_is_drawn(tmp_path: Path) -> None:
    """The same message over a copy of the schemas with other facets in its types."""
    shutil.copytree(xsd_dir(), tmp_path / "xsd")
    types = tmp_path / "xsd" / "types.xsd"
    text = types.read_text(encoding="utf-8")
    text = text.replace('<xs:pattern value="-1|[0-9]+"/>', '<xs:pattern value="-7|3[0-9]"/>')
    text = text.replace('<xs:minLength value="1"/>', '<xs:length value="5"/>')
    types.write_text(text, encoding="utf-8")
    path = tmp_path / "xsd" / "phonebook" / "phonebook.contacts.post.request.xsd"
    (root,) = xmlschema.XMLSchema10(str(path)).elements.values()
    node = compile_element(root, {})
    assert isinstance(node, Node)
    owners: set[str] = set()

    @st.composite
    def of_the_copy(draw: st.DrawFn) -> dict[str, Any]:
        return draw_body(draw, node)

    @settings(FEW, max_examples=40)
    @given(of_the_copy())
    def collect(body: dict[str, Any]) -> None:
        contact = body["contact"]
        assert {len(contact[tag]) for tag in ("first_name", "last_name", "phone")} == {5}
        owners.add(contact.get("owner", "-7"))

    collect()
    assert len(owners) > 1
    assert all(owner == "-7" or owner.startswith("3") for owner in owners)
