from __future__ import annotations

import pytest

from conformance.callrecords.table import TableError, difference, read_table
from conformance.wire.exchange import Response
from tests.callrecords.rows import KIND, row

ROWS = [row(number, caller_name=name) for number, name in enumerate(("A, B", 'C "D"', "É;"))]
HEADER = list(KIND.tags)


def written(records: list[list[str]], delimiter: str = ",", newline: str = "\r\n") -> bytes:
    def cell(text: str) -> str:
        quoted = text.replace('"', '""')
        return f'"{quoted}"' if {'"', ",", ";"} & set(text) else text

    return "".join(delimiter.join(map(cell, one)) + newline for one in records).encode()


def cells(tags: list[str]) -> list[list[str]]:
    return [[one[tag] for tag in tags] for one in ROWS]


def answer(body: bytes, kind: str = "text/csv") -> Response:
    return Response(200, "OK", (("Content-Type", kind),), body)


def compare(body: bytes, kind: str = "text/csv") -> str:
    return difference(KIND, read_table(KIND, answer(body, kind)), ROWS)


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("order", [1, -1])
def test_every_permitted_form_is_read(
    delimiter: str, newline: str, header: bool, order: int
) -> None:
    tags = HEADER[::order]
    records = [tags] * header + cells(tags)
    assert not compare(written(records, delimiter, newline))


def test_mark_and_charset_are_understood() -> None:
    body = written([HEADER, *cells(HEADER)])
    assert not compare(b"\xef\xbb\xbf" + body)
    assert not compare(body.decode().encode("latin-1"), "text/csv; charset=ISO-8859-1")
    with pytest.raises(TableError, match="utf-8"):
        compare(body.decode().encode("latin-1"), "text/csv; charset=utf-8")
    with pytest.raises(TableError, match="klingon"):
        compare(body, "text/csv; charset=klingon")


def test_undeclared_charset_is_guessed() -> None:
    body = written([HEADER, *cells(HEADER)])
    assert read_table(KIND, answer(body)).guessed == ""
    old = body.decode().encode("latin-1")
    assert read_table(KIND, answer(old)).guessed == "cp1252"
    assert not compare(old)
    assert read_table(KIND, answer(old + b"\x81,,,,,,,\r\n")).guessed == "latin-1"


@pytest.mark.parametrize("order", [1, -1])
def test_header_in_words_may_share_tags(order: int) -> None:
    words = ["ID", "Direction", "Caller number", "Name", "Called number", "Status", "From", "To"]
    assert not compare(written([words[::order], *cells(HEADER[::order])], ";"))
    assert read_table(KIND, answer(written([words], ";"))).records == []


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0b", "\x0c"])
def test_only_the_ends_of_lines_end_records(mark: str) -> None:
    rows = [row(1, caller_name=f"A{mark}B"), row(2)]
    records = [HEADER, *([one[tag] for tag in HEADER] for one in rows)]
    assert not difference(KIND, read_table(KIND, answer(written(records))), rows)


def test_empty_answer_has_no_calls() -> None:
    assert read_table(KIND, answer(b"")).records == []
    assert read_table(KIND, answer(written([HEADER]))).records == []


def test_lost_column_and_record_are_seen() -> None:
    with pytest.raises(TableError, match="columns"):
        compare(written([HEADER[:-1], *cells(HEADER[:-1])]))
    assert "2 record(s) for 3 call(s)" in compare(written([HEADER, *cells(HEADER)[:2]]))


@pytest.mark.parametrize("header", [True, False])
def test_changed_cell_is_named(header: bool) -> None:
    records = cells(HEADER)
    records[1][HEADER.index("called_num")] = "999"
    found = compare(written([HEADER] * header + records))
    assert found == "called_num of call 1 is '999', in the XML '101'"
