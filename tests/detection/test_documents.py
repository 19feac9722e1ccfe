"""Document defects break the documents that the schemas were tried with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from conformance import catalogue
from conformance.detection.documents import document_defects, schemas_of
from conformance.emulator.document import Form
from conformance.emulator.replies import Document
from conformance.emulator.routing import ApiRequest, EmulatedRoute
from conformance.resources import fixtures_dir
from conformance.schema.store import message_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.emulator.seeded import Defect

GUIDE = catalogue.load()
DEFECTS = list(document_defects())


@cache
def valid_documents(relative: str) -> tuple[bytes, ...]:
    """The fixtures of a schema that are valid, the largest first."""
    folder = fixtures_dir() / relative.removesuffix(".xsd")
    found = (file.read_bytes() for file in folder.glob("valid-*.xml"))
    return tuple(sorted(found, key=len, reverse=True))


def broken(defect: Defect, relative: str) -> Iterator[bool]:
    """Whether the valid documents of a schema are invalid with a defect, one after the other."""
    end = GUIDE.endpoints[defect.clause]
    route = EmulatedRoute(end.method, end.path, lambda *_: Document(etree.Element("unused")))
    request = ApiRequest(route, Form.empty())
    shape = defect.alteration.shape
    assert shape is not None
    for data in valid_documents(relative):
        root = etree.fromstring(data)
        shape(request, root)
        again = etree.fromstring(etree.tostring(root))
        yield message_schema(relative).whole.complaints(again) is not None


@pytest.mark.parametrize("end", GUIDE.endpoints.values(), ids=lambda end: end.slug)
def test_each_breaks_a_valid_document(end: catalogue.Endpoint) -> None:
    relative = {version: name for name, version in schemas_of(end)}
    newest = catalogue.API_VERSIONS[-1]
    for defect in (one for one in DEFECTS if one.clause == end.name):
        version = next((v for v in relative if v.replace(".", "-") in defect.id), newest)
        assert any(broken(defect, relative[version])), defect.id
