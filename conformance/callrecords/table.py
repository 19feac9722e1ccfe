"""CSV answers: "each column corresponds to a tag value".

The header, the order of columns and the delimiter are not given (RD-22). Columns that no header
names are known by what they hold: the XML of the same request says which values belong together.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

from conformance.callrecords.kind import key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.callrecords.kind import Kind, Row
    from conformance.wire.exchange import Response

__all__ = ["Table", "TableError", "difference", "read_table"]

DELIMITERS = ",;"
FIELD_LIMIT = 1 << 20
MOST_COLUMNS = 1000


class TableError(Exception):
    """The answer is no CSV with a column for each tag."""


class Table:
    """The records of a CSV answer.

    Attributes:
        names: the tags that its header names, in the order of its columns; empty if there is none,
            or one in words.
        records: the cells of each record after the header.
        delimiter: what stands between cells.
        guessed: the charset of a text that declares none and is not UTF-8, else empty.
    """

    def __init__(self, names: list[str], records: list[list[str]], delimiter: str) -> None:
        self.guessed = ""
        self.names = names
        self.records = records
        self.delimiter = delimiter

    @property
    def form(self) -> str:
        """Header and delimiter, as RD-22 names the alternatives."""
        header = "header" if self.names else "no header"
        return f"{header}, {'semicolon' if self.delimiter == ';' else 'comma'}"


def read_table(kind: Kind, response: Response) -> Table:
    """Read a CSV answer.

    Raises:
        TableError: it has not one column for each tag, or can't be read.
    """
    text, guessed = _text(response)
    tables = [_records(text, delimiter) for delimiter in DELIMITERS]
    widths = [{len(record) for record in records} for records in tables]
    for delimiter, records, width in zip(DELIMITERS, tables, widths, strict=True):
        if width <= {len(kind.tags)}:
            table = _with_header(kind, records, delimiter)
            table.guessed = guessed
            return table
    found = max(widths[0] | widths[1], default=0)
    raise TableError(f"records of up to {found} columns instead of {len(kind.tags)} in each")


def _text(response: Response) -> tuple[str, str]:
    """The text of an answer, and its charset where that had to be guessed."""
    charset = ""
    for parameter in response.header("content-type").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"')
    try:
        return response.body.decode(charset or "utf-8").removeprefix("\ufeff"), ""
    except (LookupError, ValueError) as error:
        if charset:
            raise TableError(f"the text can't be read as {charset}: {error}") from None
    try:
        return response.body.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return response.body.decode("latin-1"), "latin-1"


def _records(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(FIELD_LIMIT)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > MOST_COLUMNS:
                raise TableError(f"a record of {len(row)} columns")
            if row:
                rows.append(row)
    except csv.Error as error:
        raise TableError(f"no CSV (RFC 4180): {error}") from None
    return rows


def _with_header(kind: Kind, records: list[list[str]], delimiter: str) -> Table:
    if not records:
        return Table([], [], delimiter)
    first = [cell.strip().strip("<>").lower().replace(" ", "_") for cell in records[0]]
    if set(first) == set(kind.tags):
        return Table(first, records[1:], delimiter)
    # Every call has an id and a status: a record without a number is a header in words.
    words = not any(cell.isdigit() for cell in first)
    return Table([], records[1:] if words else records, delimiter)


def rows_of(kind: Kind, table: Table, expected: Sequence[Row]) -> list[Row]:
    """The calls of a table; without a header its columns are told by the calls expected."""
    names = table.names or _names(kind, table.records, expected)
    return [
        {tag: kind.read(tag, cell) for tag, cell in zip(names, record, strict=True)}
        for record in table.records
    ]


def _names(kind: Kind, records: list[list[str]], expected: Sequence[Row]) -> list[str]:
    columns = [Counter(column) for column in zip(*records, strict=True)]
    fitting = {
        tag: [
            index
            for index, column in enumerate(columns)
            if Counter({kind.read(tag, cell): n for cell, n in column.items()})
            == Counter(row[tag] for row in expected)
        ]
        for tag in kind.tags
    }
    names: dict[int, str] = {}
    for tag in sorted(kind.tags, key=lambda tag: len(fitting[tag]) or len(columns)):
        usual = kind.tags.index(tag)
        free = [index for index in fitting[tag] if index not in names]
        if free:
            names[usual if usual in free else free[0]] = tag
    left = (index for index in range(len(kind.tags)) if index not in names)
    for tag in kind.tags:
        if tag not in names.values():
            names[next(left)] = tag
    return [names[index] for index in range(len(kind.tags))]


def difference(kind: Kind, table: Table, expected: Sequence[Row]) -> str:
    """How the calls of a table differ from those of the XML; empty if they do not."""
    if len(table.records) != len(expected):
        return f"{len(table.records)} record(s) for {len(expected)} call(s)"
    found = Counter(key(row, kind.tags) for row in rows_of(kind, table, expected))
    wanted = Counter(key(row, kind.tags) for row in expected)
    if found == wanted:
        return ""
    lost = next(iter(wanted - found))
    by_id = kind.tags.index("id")
    same = next((one for one in found - wanted if one[by_id] == lost[by_id]), None)
    if same is None:
        return f"no record for call {lost[by_id]}"
    tag = next(t for t, one, other in zip(kind.tags, lost, same, strict=True) if one != other)
    at = kind.tags.index(tag)
    return f"{tag} of call {lost[by_id]} is {same[at]!r}, in the XML {lost[at]!r}"
