"""What `DocumentValidator` finds, how it says it, and what it takes to find it."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO, StringIO
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.resources import fixtures_dir
from conformance.schema import validate
from conformance.schema.command import run_validate
from conformance.schema.store import message_schema
from conformance.schema.validate import DocumentValidator, validate_bytes, validate_stream
from tests.schema.mutate import mutated
from tests.schema.samples import (
    CALL_LINES,
    CALLGROUP,
    CALLGROUPS,
    CDR,
    CDR_HEAD,
    CDR_TAIL,
    ERROR,
    SEARCH,
    call,
    callgroups,
    cdr,
    judged,
    new_callgroup,
    search,
)

if TYPE_CHECKING:
    from pathlib import Path

PREFIXED = cdr(6).replace(
    "<kpbx_response>", '<kpbx_response xmlns:xs="http://www.w3.org/2001/XMLSchema">'
)
DOCUMENTS = {
    CDR: [cdr(0), cdr(1), cdr(12), PREFIXED],
    SEARCH: [search(0), search(9), search(9, before=ERROR), search(9, after=ERROR)],
    CALLGROUPS: [callgroups(6)],
    CALLGROUP: [new_callgroup(6)],
}
HEAD_LINES = CDR_HEAD.count("\n")
CALLS = "/kpbx_response/cdr/calls"


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A file that is never to be opened: a pipe, in which a reader would wait for ever."""
    pipe = tmp_path / "trap"
    os.mkfifo(pipe)
    return pipe


def valid_for_libxml2(relative: str, data: bytes) -> bool:
    """The plain way: the whole tree, one schema."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return False
    return etree.XMLSchema(file=str(message_schema(relative).path)).validate(root)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), size=st.sampled_from([7, 40, 200, 900, 5000]))
def test_agrees_with_the_whole_tree(data: st.DataObject, size: int) -> None:
    relative = data.draw(st.sampled_from(sorted(DOCUMENTS)))
    document = data.draw(mutated(DOCUMENTS[relative]))
    expected = valid_for_libxml2(relative, document)
    with mock.patch.object(validate, "SLICE", size):
        assert judged(relative, document).valid == expected
    assert judged(relative, document, keep_tree=True).valid == expected


def test_the_fixtures_are_judged_alike_streamed_and_whole() -> None:
    found = sorted(fixtures_dir().rglob("*.xml"))
    assert found
    for path in found:
        schema = message_schema(f"{path.parent.relative_to(fixtures_dir())}.xsd")
        data = path.read_bytes()
        whole = validate_bytes(schema, data)
        with mock.patch.object(validate, "SLICE", 100):
            streamed = validate_bytes(schema, data, keep_tree=False)
        assert whole.valid == path.name.startswith("valid"), path
        assert streamed.errors == whole.errors, path


@pytest.mark.parametrize("size", [1, 100, 4096, 10**6])
def test_the_size_of_the_pieces_does_not_matter(size: int) -> None:
    document = cdr(300).replace("<id>150</id>", "<id>x</id>").encode()
    validator = DocumentValidator(message_schema(CDR))
    for start in range(0, len(document), size):
        validator.feed(document[start : start + size])
    assert validator.close() == judged(CDR, document)
    assert not validator.close().valid


@pytest.mark.parametrize("slice_size", [500, 64 * 1024])
@pytest.mark.parametrize("keep_tree", [False, True])
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<status>8<", "<status>7<", (11, "status", "'7'", "1, 2, 3, 4 or 8")),
        ("<id>3<", "<id>-3<", (2, "id", "'-3'", "a whole number in digits")),
        ("<id>3<", "<id>a&#9;\u202eb<", (2, "id", r"'a\t\u202eb'", "a whole number in digits")),
        ("<id>3<", "<id><x/>3<", (2, "id", "elements inside <id>", "a whole number in digits")),
        (
            "<called_name/>",
            "<bogus/>",
            (7, "bogus", "<bogus>", "<called_name>, <called_callgroup>"),
        ),
        (
            "<called_name/>",
            "<called_num/>",
            (7, "called_num[2]", "another <called_num>", "<status>"),
        ),
        ("<called_name/>", "", (0, "", "no <called_name>", "<call> with <unique_id>, <id>")),
        (
            "<called_name/>",
            "<called_name/>junk",
            (0, "", "the text 'junk'", "<duration> and nothing else"),
        ),
        ("<billsec>", '<billsec unit="s">', (12, "billsec", "the attribute 'unit'", "no such")),
        ("<answer>2014", "<answer>1/2014", (14, "answer", "1/2014-05-20", "or nothing (an empty")),
    ],
)
def test_an_error_says_where_and_what(
    slice_size: int, keep_tree: bool, old: str, new: str, expected: tuple[int, str, str, str]
) -> None:
    below, path, found, allowed = expected
    broken = call(3).replace(old, new)
    assert broken != call(3)
    document = CDR_HEAD + call(1) + call(2) + broken + call(4) + call(5) + CDR_TAIL
    with mock.patch.object(validate, "SLICE", slice_size):
        result = judged(CDR, document, keep_tree=keep_tree)
    (error,) = result.errors
    assert error.line == HEAD_LINES + 2 * CALL_LINES + 1 + below
    assert error.path == f"{CALLS}/call[3]{f'/{path}' if path else ''}"
    assert error.record == 3
    assert found in error.found
    assert allowed in error.allowed
    assert error.message == (
        f"line {error.line}, {error.path}: found {error.found}; allowed: {error.allowed}"
    )


@pytest.mark.parametrize(
    ("document", "path", "found", "allowed"),
    [
        ("<html/>", "/html", "<html>", "<kpbx_response>"),
        ("<kpbx_response/>", "/kpbx_response", "the end of <kpbx_response>", "<cdr>"),
        (cdr(2, tail="</calls><calls/></cdr></kpbx_response>"), "/kpbx_response/cdr/calls[2]",
         "another <calls>", "nothing more there"),
        (f"<kpbx_response>{call(1)}</kpbx_response>", "/kpbx_response/call", "<call>", "<cdr>"),
        (cdr(2, tail="junk" + CDR_TAIL), CALLS, "the text 'junk'", "<call> and nothing else"),
    ],
)  # fmt: skip
def test_what_is_wrong_around_the_records(
    document: str, path: str, found: str, allowed: str
) -> None:
    (error,) = judged(CDR, document).errors
    assert (error.path, error.record) == (path, None)
    assert found in error.found
    assert allowed in error.allowed


@pytest.mark.parametrize("keep_tree", [False, True])
def test_lines_beyond_the_sixteen_bits_of_libxml2(keep_tree: bool) -> None:
    calls = 12_000
    broken = call(calls + 1).replace("<called_name/>", "").replace("<status>8", "<status>9")
    tail = broken + CDR_TAIL.replace("</cdr>", "<bogus/>\n</cdr>")
    result = judged(CDR, cdr(calls, tail=tail), keep_tree=keep_tree)
    start = HEAD_LINES + calls * CALL_LINES + 1
    assert start > 200_000
    assert [(e.line, e.path.rpartition("/")[2]) for e in result.errors] == [
        (start, f"call[{calls + 1}]"),
        (start + 11, "status"),
        (start + CALL_LINES + 1, "bogus"),
    ]


def test_errors_are_counted_and_then_reading_stops() -> None:
    document = cdr(5000).replace("<status>8<", "<status>7<") + "not even XML"
    result = validate_stream(message_schema(CDR), BytesIO(document.encode()), max_errors=5)
    assert [error.record for error in result.errors] == [1, 2, 3, 4, 5]


def test_any_order_is_judged_like_the_order_shown() -> None:
    head, tail = "      <call>\n", "      </call>\n"
    lines = call(1).removeprefix(head).removesuffix(tail).splitlines(keepends=True)
    turned = head + "".join(reversed(lines)) + tail
    assert judged(CDR, CDR_HEAD + turned * 1000 + CDR_TAIL).valid
    wrong = turned.replace("<status>8", "<status>7")
    (error,) = judged(CDR, CDR_HEAD + turned * 1000 + wrong + turned * 500 + CDR_TAIL).errors
    assert error.record == 1001


def test_an_error_block_may_stand_before_or_after_many_records() -> None:
    for before, after in ((ERROR, ""), ("", ERROR)):
        assert judged(SEARCH, search(2000, before, after)).valid
    twice = judged(SEARCH, search(2000, ERROR, ERROR))
    assert [error.path for error in twice.errors] == ["/kpbx_response/contacts/error[2]"]


def test_the_tree_is_there_if_it_was_asked_for() -> None:
    kept = judged(CDR, cdr(2000), keep_tree=True)
    assert kept.tree is not None
    assert len(kept.tree.findall("cdr/calls/call")) == 2000
    assert judged(CDR, "<bogus/>", keep_tree=True).tree is not None
    assert judged(CDR, "<bogus>", keep_tree=True).tree is None
    assert judged(CDR, cdr(1)).tree is None


@pytest.mark.parametrize(
    ("document", "line", "found"),
    [
        (b"", 0, "no element"),
        (b"\n\n  ", 3, "no element"),
        (b"<kpbx_response>\n<cdr>\n</kpbx_response>", 3, "</kpbx_response> inside <cdr> of line 2"),
        (b"<kpbx_response>\n<cdr>", 2, "end of the document"),
        (b"<kpbx_response>\nA & B</kpbx_response>", 2, "bare '&'"),
        (b"<kpbx_response>\n&nbsp;</kpbx_response>", 2, "entity 'nbsp' not defined"),
        (b"<kpbx_response/>\n<kpbx_response/>", 2, "after the end of the root"),
        (b"<kpbx_response>\n\x1b</kpbx_response>", 2, "character that XML does not allow"),
        (b"<kpbx_response>\n\xe9t\xe9</kpbx_response>", 2, "not in the declared encoding"),
        (b'<?xml version="1.0" encoding="klingon"?><kpbx_response/>', 1, "unsupported encoding"),
        ("<kpbx_response>\n\n".encode("utf-16") + b"\x00\xd8\x00\x00", 3, "not utf-16"),
        (b"<a>" * 300, 1, "Excessive depth"),
        (b"<!-- " + b"-" * 100_000, 1, ""),
        (b" " * 100_000, 1, "no root element so far"),
        (b"plain text", 1, ""),
    ],
)
def test_what_is_not_well_formed(document: bytes, line: int, found: str) -> None:
    for keep_tree in (False, True):
        result = judged(CDR, document, keep_tree=keep_tree)
        (error,) = result.errors
        assert not result.well_formed
        assert error.line in {line, max(line, 1)}
        assert found in error.found


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = [
    "<!DOCTYPE kpbx_response>",
    '<!DOCTYPE kpbx_response SYSTEM "file://{trap}">',
    '<!DOCTYPE kpbx_response SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE kpbx_response SYSTEM "http://127.0.0.1:9/x.dtd">',
    f'<!DOCTYPE kpbx_response [<!ENTITY l0 "ha">{LAUGHS}]>',
    '<!DOCTYPE kpbx_response [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "<!DOCTYPE kpbx_response [" + " " * 200_000 + "]>",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-7"])
@pytest.mark.parametrize("keep_tree", [False, True])
def test_a_doctype_is_refused(trap: Path, doctype: str, encoding: str, keep_tree: bool) -> None:
    start = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n<!-- -->\n'
    used = "".join(f"&{name};" for name in ("l9", "x") if f"ENTITY {name} " in doctype)
    document = doctype.replace("{trap}", str(trap)) + f"<kpbx_response>{used}</kpbx_response>"
    data = (start + document).encode(encoding)
    if encoding == "utf-7":  # written so that no tag can be seen in the bytes
        hidden = b64encode(document.encode("utf-16-be")).rstrip(b"=")
        data = start.encode() + b"+" + hidden + b"-"
    (error,) = judged(CDR, data, keep_tree=keep_tree).errors
    if encoding != "utf-7":
        assert error.line == 3
    # libxml2 may stop at the bomb inside a DTD that only it can see.
    assert "DTD" in error.found or "entity" in error.found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_other_encodings_are_read(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    document = cdr(500).replace('"1.0"?', f'"1.0" encoding="{name}"?')
    assert judged(CDR, document.encode(encoding)).valid
    assert not judged(CDR, document.replace("<id>499<", "<id>x<").encode(encoding)).valid


def test_latin_1_is_read() -> None:
    document = cdr(500).replace('"1.0"?', '"1.0" encoding="iso-8859-1"?')
    assert judged(CDR, document.encode("iso-8859-1")).valid


def test_no_schema_of_the_document_s_choice_is_loaded(trap: Path) -> None:
    hint = (
        '<kpbx_response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="urn:a {trap}" xsi:noNamespaceSchemaLocation="{trap}">'
    )
    assert judged(CDR, cdr(500).replace("<kpbx_response>", hint)).valid
    inside = cdr(500).replace("<call>", hint.replace("<kpbx_response", "<call"))
    assert judged(CDR, inside).valid
    assert judged(CDR, inside.encode("utf-16")).valid


SECRETS = {
    "users/users.configs.exten.put.request.xsd": ("user", ["sip_secret", "vm_secret"]),
    "cdr/cdr.post.request-1.1.xsd": ("cdr", ["privacy_password"]),
    "license/license.pxbinstance.post.request.xsd": ("pbx_instance_license", ["activation_key"]),
}


@pytest.mark.parametrize(
    ("relative", "block", "tag"),
    [(relative, block, tag) for relative, (block, tags) in SECRETS.items() for tag in tags],
)
def test_secrets_are_withheld(relative: str, block: str, tag: str) -> None:
    for content in ("h1dden<x/>", "h1dden<x>h1dden</x>", '<y a="1">h1dden</y>'):
        document = f"<kpbx_request><{block}><{tag}>{content}</{tag}></{block}></kpbx_request>"
        result = judged(relative, document)
        assert result.errors
        assert "h1dden" not in "".join(error.message for error in result.errors)


def test_threads_do_not_get_each_other_s_errors() -> None:
    def paths(number: int) -> list[str]:
        document = cdr(300).replace(f"<id>{number}</id>", "<id>x</id>")
        return [error.path for error in judged(CDR, document).errors]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(paths, range(1, 200)))
    assert found == [[f"{CALLS}/call[{number}]/id"] for number in range(1, 200)]


def printed(document: bytes, name: str = "a.xml") -> tuple[int, str]:
    out = StringIO()
    return run_validate(CDR, BytesIO(document), name, out), out.getvalue()


def test_the_command_prints_a_line_for_each_error() -> None:
    assert printed(cdr(1).encode()) == (0, "a.xml: valid\n")
    status, text = printed(cdr(1).replace("<id>1", "<id>\u009b31m").encode(), "b\x1b.xml")
    assert status == 1
    assert text == (
        f"b\\x1b.xml:{HEAD_LINES + 3}: {CALLS}/call[1]/id: "
        "found '\\x9b31m'; allowed: a whole number in digits\n"
    )
    assert printed(b"<kpbx_response>")[1].startswith("a.xml:1: found ")


PEAK = """
import re, sys
from pathlib import Path
from conformance.schema.validate import DocumentValidator
from conformance.schema.store import message_schema
heavy = {"xmlschema", "httpx", "hypothesis", "starlette", "pytest"} & set(sys.modules)
assert not heavy, heavy
validator = DocumentValidator(message_schema(sys.argv[1]))
for start, piece, times, end in eval(sys.argv[2]):
    for piece, times in ((start, 1), (piece, times), (end, 1)):
        for number in range(times):
            validator.feed(piece.replace(b"@", b"%d" % number))
result = validator.close()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(peak, result.valid, result.errors[0].found if result.errors else "")
"""
HEAD, TAIL = CDR_HEAD.encode(), CDR_TAIL.encode()
MANY = "".join(map(call, range(60))).encode()
GROWING = {
    "records": (HEAD, MANY, 600, TAIL, "True"),
    "one text": (b"<kpbx_response><request_id>", b"x" * 30_000, 1000, b"</request_id>", "too much"),
    "one record": (HEAD + b"<call>", b"<id>1</id>" * 3000, 1000, TAIL, "too much"),
    "no record": (b"<kpbx_response>", b"<cdr/>" * 5000, 1000, b"</kpbx_response>", "too much"),
    "stray elements": (HEAD, b"<call/><x/>" * 3000, 1000, TAIL, "False"),
    "new names": (HEAD, b"".join(b"<x@-%d/>" % n for n in range(2000)), 1000, TAIL, "False"),
    "instructions": (HEAD, b"<?p i?>" * 5000, 1000, TAIL, "too much"),
    "comments": (HEAD, b"<!-- c -->" * 5000, 1000, TAIL, "too much"),
    "after the end": (HEAD + TAIL, b"<?p i?>" * 5000, 1000, b"", "too much"),
    "attributes": (b"<kpbx_response", b" a@='" + b"x" * 30_000 + b"'", 1000, b"/>", "too much"),
    "many attributes": (b"<kpbx_response", b" a@=''", 500_000, b"/>", "too much"),
    "an attribute": (b"<kpbx_response a='", b">" * 30_000, 1000, b"'/>", "too much"),
    "a name": (b"<kpbx_response", b"x" * 30_000, 1000, b"/>", "too much"),
    "nothing but '<'": (b"<kpbx_response>", b"<" * 30_000, 1000, b"", "False"),
    "a comment": (b"<kpbx_response><!-- ", b"<" * 30_000, 1000, b" -->", "too much"),
    "white space": (HEAD, b" " * 30_000, 1000, TAIL, "too much"),
    "CDATA": (HEAD + b"<![CDATA[", b"<" * 30_000, 1000, b"]]>" + TAIL, "too much"),
    "lists": (b"<kpbx_response><cdr>", b"<calls><call/></calls>" * 3000, 1000, b"", "too much"),
}


@pytest.mark.parametrize("shape", GROWING)
def test_memory_does_not_grow_with_the_document(shape: str) -> None:
    *parts, expected = GROWING[shape]
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PEAK, CDR, repr([parts])], capture_output=True, text=True, check=True
    )
    peak, found = run.stdout.strip().split(" ", 1)
    assert int(peak) < 60
    assert expected in found


def test_nothing_of_a_document_raises() -> None:
    schema = message_schema(CDR)
    for damage in range(0, len(CDR_HEAD), 3):
        for byte in (b"\x00", b"<", b"\xff\xfe", b"&#0;"):
            data = CDR_HEAD.encode()[:damage] + byte + cdr(1).encode()[damage:]
            validate_bytes(schema, data, keep_tree=False)


def test_a_kept_tree_holds_elements_and_whole_texts_only() -> None:
    schema = message_schema("pbx/pbx.pending.get.response.xsd")
    data = b"<kpbx_response><?a b?><pbx_pending>tr<?c d?>u<!-- e -->e</pbx_pending></kpbx_response>"
    result = validate_bytes(schema, data)
    assert result.valid
    assert result.tree is not None
    assert [child.tag for child in result.tree] == ["pbx_pending"]
    assert result.tree.findtext("pbx_pending") == "true"
