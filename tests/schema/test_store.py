"""The compiled schemas, and what is read out of them: records, declarations, values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from conformance.errors import SchemaStoreError
from conformance.resources import xsd_dir
from conformance.schema.inspect import complaints, components
from conformance.schema.model import XS, Model
from conformance.schema.store import BATCH, MessageSchema, message_schema
from conformance.schema.validate import validate_bytes
from conformance.schema.values import SENTENCES, allowed_values
from tests.schema.samples import CALLGROUPS, CDR, QUEUES, SEARCH, call, cdr

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.schema.model import Branch

XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'
ROOT = '<xs:element name="r"><xs:complexType>{}</xs:complexType></xs:element>'
MESSAGES = sorted(
    str(path.relative_to(xsd_dir()))
    for path in xsd_dir().rglob("*.xsd")
    if ".request" in path.name or ".response" in path.name
)


def records(branch: Branch, above: str = "") -> list[str]:
    found = [f"{above}/{name}" for name in branch.records]
    for name, below in branch.children.items():
        found += records(below, f"{above}/{name}")
    return found


def schema(folder: Path, content: str, **others: str) -> MessageSchema:
    for name, text in others.items():
        (folder / f"{name}.xsd").write_text(XSD.format(text))
    (folder / "m.xsd").write_text(XSD.format(content))
    return MessageSchema(folder / "m.xsd", "m.xsd")


@pytest.mark.parametrize("relative", MESSAGES)
def test_each_schema_compiles_also_for_its_records_alone(relative: str) -> None:
    message = message_schema(relative)
    assert message is message_schema(relative)
    branches = [message.model.branch]
    while branches:
        branch = branches.pop()
        branches += branch.children.values()
        for declaration in branch.records.values():
            alone = message.records(declaration)
            for compiled in (alone.any_order, alone.as_shown):
                assert compiled is None or compiled.complaints(etree.Element(BATCH)) is None


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        (CDR, ["/cdr/calls/call"]),
        (QUEUES, ["/cdrcallercenter/calls/call", "/cdrcallcenter/calls/call"]),
        (SEARCH, ["/contacts/contact"]),
        (CALLGROUPS, ["/callgroups/callgroup"]),
        ("users/users.configs.get.response.xsd", ["/configs/config"]),
        ("system/system.network.dns.get.response.xsd", []),
    ],
)
def test_records_are_found_in_the_schema(relative: str, expected: list[str]) -> None:
    assert records(message_schema(relative).model.branch) == expected


A = '<xs:element name="a" type="xs:int" maxOccurs="unbounded"/>'
ONE = '<xs:element name="a" type="xs:int"/>'
TWO = A.replace("max", 'minOccurs="2" max')
B = '<xs:element name="b" type="xs:int"/>'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"<xs:sequence>{A}</xs:sequence>", ["/a"]),
        (f'<xs:sequence maxOccurs="unbounded">{ONE}</xs:sequence>', ["/a"]),
        (f'<xs:choice maxOccurs="unbounded">{ONE}{B}</xs:choice>', ["/a", "/b"]),
        (f'<xs:sequence maxOccurs="unbounded">{ONE}{B}</xs:sequence>', []),
        (f"<xs:sequence>{A}{B}{ONE}</xs:sequence>", []),
        (f"<xs:sequence>{A.replace('unbounded', '9')}</xs:sequence>", []),
        (f"<xs:sequence>{TWO}</xs:sequence>", []),
        (f"<xs:sequence>{A}{B}<xs:any/></xs:sequence>", []),
        ('<xs:sequence><xs:group ref="g"/></xs:sequence>', ["/a"]),
    ],
)
def test_what_counts_as_a_record(tmp_path: Path, content: str, expected: list[str]) -> None:
    group = f'<xs:group name="g"><xs:sequence>{A}</xs:sequence></xs:group>'
    assert records(schema(tmp_path, ROOT.format(content) + group).model.branch) == expected


def test_mixed_content_has_no_records(tmp_path: Path) -> None:
    mixed = ROOT.replace("<xs:complexType", '<xs:complexType mixed="true"')
    assert not schema(tmp_path, mixed.format(f"<xs:sequence>{A}</xs:sequence>")).model.branch


def test_a_schema_with_keys_is_judged_whole(tmp_path: Path) -> None:
    key = '<xs:unique name="u"><xs:selector xpath="a"/><xs:field xpath="."/></xs:unique>'
    keyed = ROOT.replace("</xs:complexType>", f"</xs:complexType>{key}")
    unique = schema(tmp_path, keyed.format(f"<xs:sequence>{A}</xs:sequence>"))
    assert not unique.model.branch
    data = b"<r>" + b"".join(b"<a>%d</a>" % (n % 9000) for n in range(9001)) + b"</r>"
    assert len(data) > 64 * 1024
    (error,) = validate_bytes(unique, data, keep_tree=False).errors
    assert error.path == "/r/a[9001]"


def test_types_and_groups_of_included_schemas_are_followed(tmp_path: Path) -> None:
    list_type = f'<xs:complexType name="list"><xs:sequence>{A}</xs:sequence></xs:complexType>'
    message = schema(
        tmp_path,
        '<xs:include schemaLocation="other.xsd"/><xs:element name="r" type="list"/>',
        other=f'<xs:include schemaLocation="m.xsd"/>{list_type}',
    )
    assert records(message.model.branch) == ["/a"]
    data = b"<r>" + b"<a>1</a>\n" * 20_000 + b"<a>x</a></r>"
    (error,) = validate_bytes(message, data, keep_tree=False).errors
    assert (error.line, error.path, error.record) == (20_001, "/r/a[20001]", 20_001)
    assert error.allowed == "a whole number"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing/none.xsd", "no such schema"),
        ("../pyproject.toml", "no such schema"),
        ("/etc/passwd", "no such schema"),
    ],
)
def test_a_schema_that_is_not_there(name: str, words: str) -> None:
    with pytest.raises(SchemaStoreError, match=words):
        message_schema(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<xs:schema", "can't be read"),
        ("<other/>", "not an XML Schema"),
        (XSD.format(""), "0 root elements"),
        (XSD.format('<xs:element name="r" type="nowhere"/>'), "can't be compiled"),
        (XSD.format('<xs:include schemaLocation="nowhere.xsd"/>'), "nowhere.xsd"),
        (XSD.replace(">", ' targetNamespace="urn:a">', 1).format(""), "target namespace"),
    ],
)
def test_a_broken_schema_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "m.xsd").write_text(text)
    with pytest.raises(SchemaStoreError, match=words):
        MessageSchema(tmp_path / "m.xsd", "m.xsd")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("cdr/calls/call/start", "a timestamp YYYY-MM-DD hh:mm:ss of a day that exists"),
        (
            "cdr/calls/call/answer",
            "a timestamp YYYY-MM-DD hh:mm:ss of a day that exists or nothing (an empty element)",
        ),
        ("cdr/calls/call/status", "1, 2, 3, 4 or 8"),
        ("cdr/calls/call/caller_name", "text"),
        (
            "cdr/calls/call/gateway_id",
            "a whole number in digits, or nothing (an empty element)",
        ),
    ],
)
def test_what_a_value_may_be_in_words(steps: str, expected: str) -> None:
    model = message_schema(CDR).model
    declaration = model.find(["kpbx_response", *steps.split("/")])
    assert declaration is not None
    assert allowed_values(model, declaration) == expected
    assert model.find(["kpbx_response", "cdr", "nothing", "of", "this"]) is None


def test_each_sentence_is_about_a_type_that_exists() -> None:
    types = etree.parse(xsd_dir() / "types.xsd").findall(f"{XS}simpleType")
    assert set(SENTENCES) <= {node.get("name") for node in types}


def test_facets_in_words(tmp_path: Path) -> None:
    facets = '<xs:minInclusive value="0"/><xs:maxInclusive value="9"/>'
    limited = (
        f'<xs:simpleType><xs:restriction base="xs:int">{facets}</xs:restriction></xs:simpleType>'
    )
    (tmp_path / "m.xsd").write_text(XSD.format(f'<xs:element name="r">{limited}</xs:element>'))
    model = Model(tmp_path / "m.xsd")
    assert allowed_values(model, model.root) == "a whole number not below 0 and not above 9"


def test_xmlschema_sees_the_same_schema() -> None:
    assert "kpbx_response" in components(CDR).elements
    assert list(complaints(CDR, cdr(2).encode())) == []
    broken = cdr(2).replace(call(2), call(2).replace("<status>8", "<status>7"))
    (complaint,) = complaints(CDR, broken.encode())
    assert complaint.startswith("/kpbx_response/cdr/calls/call[2]/status: ")
