"""Documents from plain values and back."""

from __future__ import annotations

import pytest
from lxml import etree

from conformance.wire.message import child_texts, content, document, plain


def test_a_document_is_written_in_the_order_given() -> None:
    found = document({"user": {"exten": 9000, "vm_enabled": True, "none": None}}, "x1")
    assert found == (
        b'<?xml version="1.0"?>\n<kpbx_request><request_id>x1</request_id>'
        b"<user><exten>9000</exten><vm_enabled>true</vm_enabled></user></kpbx_request>"
    )


def test_lists_repeat_and_empty_mappings_close_themselves() -> None:
    found = document({"members": {"member": [{"exten": "1"}, {"exten": "2"}]}, "cdr": {}}, None)
    root = etree.fromstring(found)
    assert [item.findtext("exten") for item in root.iterfind("members/member")] == ["1", "2"]
    assert root.find("request_id") is None
    assert found.endswith(b"<cdr/></kpbx_request>")


@pytest.mark.parametrize("text", ["A & B <c> \"d\" 'e'", "]]>", "王小明", "𝄞", " a ", "", "%"])
def test_text_survives_the_journey(text: str) -> None:
    root = etree.fromstring(document({"a": {"b": text}}, text or None))
    assert plain(root.find("a/b")) == text
    assert plain(root.find("request_id")) == text


def test_content_ignores_the_order_of_different_tags_only() -> None:
    one = content(etree.fromstring("<a><b>1</b><c/><b>2</b><!-- x --></a>"))
    assert one == content(etree.fromstring("<a><c/><b>1</b><b>2</b></a>"))
    assert one == {"b": ["1", "2"], "c": [""]}
    assert one != content(etree.fromstring("<a><c/><b>2</b><b>1</b></a>"))


def test_child_texts() -> None:
    element = etree.fromstring("<a><b>1</b><c/><d><e/></d></a>")
    assert child_texts(element) == {"b": "1", "c": ""}
    assert child_texts(element, ("b", "z")) == {"b": "1", "z": ""}
