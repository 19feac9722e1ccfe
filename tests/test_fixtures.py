"""The documents in fixtures/: three engines, one opinion, and errors where they belong."""

import random
import tomllib
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.schema.engines import (
    FIXTURES,
    MESSAGES,
    XMLLINT,
    XSD,
    agreed,
    libxml2,
    pure,
    schema_path,
    xmllint,
)

RESPONSES = [message for message in MESSAGES if ".response" in message]

each_message = pytest.mark.parametrize("message", MESSAGES)
each_response = pytest.mark.parametrize("message", RESPONSES)


@cache
def documents(message: str, wanted: str) -> tuple[Path, ...]:
    return tuple(sorted((FIXTURES / message).glob(f"{wanted}-*.xml")))


def expectations(message: str) -> dict[str, Any]:
    return tomllib.loads((FIXTURES / message / "expected.toml").read_text(encoding="utf-8"))


def test_every_folder_of_documents_belongs_to_a_schema() -> None:
    families = {path.name for path in XSD.iterdir() if path.is_dir()}
    folders = {
        f"{path.parent.name}/{path.name}"
        for path in FIXTURES.glob("*/*")
        if path.parent.name in families
    }
    assert folders == set(MESSAGES)


@each_message
def test_each_message_has_documents_of_both_kinds(message: str) -> None:
    valid, invalid = documents(message, "valid"), documents(message, "invalid")
    assert "valid-guide.xml" in {path.name for path in valid}
    assert len(invalid) >= 3
    others = {path.name for path in (FIXTURES / message).iterdir()}
    assert others == {path.name for path in (*valid, *invalid)} | {"expected.toml"}


@each_message
def test_libxml2_and_xmlschema_agree(message: str) -> None:
    path = schema_path(message)
    for document in documents(message, "valid"):
        libxml2(path).assertValid(etree.parse(document))
        pure(path).validate(document)
    for document in documents(message, "invalid"):
        assert not agreed(path, etree.parse(document).getroot()), document.name


@each_message
@pytest.mark.skipif(XMLLINT is None, reason="no xmllint on this machine")
def test_xmllint_agrees(message: str) -> None:
    valid, invalid = documents(message, "valid"), documents(message, "invalid")
    said = xmllint(schema_path(message), (*valid, *invalid))
    assert said == dict.fromkeys(valid, True) | dict.fromkeys(invalid, False)


@each_message
def test_an_error_is_reported_where_the_document_is_wrong(message: str) -> None:
    expected = expectations(message)
    assert set(expected) == {path.name for path in documents(message, "invalid")}
    schema = libxml2(schema_path(message))
    for document in documents(message, "invalid"):
        schema.validate(etree.parse(document))
        first = schema.error_log[0]
        wanted = expected[document.name]
        assert (first.path, first.line) == (wanted["path"], wanted["line"]), document.name
        assert wanted["reason"].strip()


LISTS = [
    *("interfaces", "routes", "registrations", "users", "configs", "callgroups", "priorities"),
    *("members", "conferences", "contacts", "calls", "details"),
]
BREAKS: dict[str, Callable[[etree._Element], object]] = {
    "an attribute": lambda element: element.set("lang", "it"),
    "another name": lambda element: setattr(element, "tag", f"{element.tag!s}_x"),
    "an unknown child": lambda element: etree.SubElement(element, "surprise"),
    "stray text": lambda element: setattr(element, "text", "stray"),
    "a second one": lambda element: element.addnext(deepcopy(element)),
}


def applies(what: str, element: etree._Element) -> bool:
    parent = element.getparent()
    if what == "stray text":
        return len(element) > 0
    return what != "a second one" or (parent is not None and parent.tag not in LISTS)


@each_message
def test_nothing_undocumented_is_accepted_anywhere(message: str) -> None:
    path = schema_path(message)
    for document in documents(message, "valid"):
        root = etree.parse(document).getroot()
        places = [root.getroottree().getpath(element) for element in root.iter(etree.Element)]
        for place, what in product(places, BREAKS):
            broken = deepcopy(root)
            [element] = broken.xpath(place)
            if applies(what, element):
                BREAKS[what](element)
                assert not agreed(path, broken), f"{document.name}: {what} at {place}"


@each_response
def test_elements_of_a_response_may_come_in_any_order(message: str) -> None:
    path = schema_path(message)
    order = random.Random(message)  # noqa: S311
    for document in documents(message, "valid"):
        root = etree.parse(document).getroot()
        for _ in range(3):
            for element in root.iter(etree.Element):
                if element.tag != "contacts":  # an error block stands before or after them all
                    element[:] = order.sample(list(element), len(element))
            assert agreed(path, root), etree.tostring(root, encoding="unicode")
