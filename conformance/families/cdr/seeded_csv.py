"""Seeded into POST /cdr: the CSV, the unique id, and names."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from lxml.etree import _Element as Element
from starlette.responses import Response

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, edited, intercepting, responding, shaping
from conformance.emulator.calls import OUTBOUND
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistaken_calls import Source, Values
from conformance.emulator.mistaken_masks import masked, masking
from conformance.emulator.mistakes import defect, setting, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply, Table
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

CDR = "POST /cdr"

Rows = list[Sequence[str]]
Tabulate = Callable[[Sequence[str], Rows], tuple[Sequence[str], Iterable[Sequence[str]]]]
"""Of columns and rows, those of the CSV."""


def _tabled(by: Tabulate) -> Alteration:
    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if isinstance(reply, Table):
            reply.columns, reply.rows = by(reply.columns, list(reply.rows))
        return reply

    return intercepting(CDR, by=intercept)


def _without_column(tag: str) -> Tabulate:
    def tabulate(columns: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
        if tag not in columns:
            return columns, rows
        at = list(columns).index(tag)
        return [*columns[:at], *columns[at + 1 :]], [[*r[:at], *r[at + 1 :]] for r in rows]

    return tabulate


def _exchanged(one: str, other: str) -> Tabulate:
    """Two columns have each other's values."""

    def tabulate(columns: Sequence[str], rows: Rows) -> tuple[Sequence[str], Rows]:
        names = list(columns)
        a, b = names.index(one), names.index(other)
        order = [b if i == a else a if i == b else i for i in range(len(names))]
        return columns, [[row[i] for i in order] for row in rows]

    return tabulate


ROWS: tuple[tuple[str, str, Tabulate], ...] = (
    ("last-row-missing", "leaves out the last call of the CSV", lambda c, rows: (c, rows[:-1])),
    ("first-row-missing", "leaves out the first call of the CSV", lambda c, rows: (c, rows[1:])),
    ("rows-twice", "writes every row of the CSV twice", lambda c, rows: (c, [*rows, *rows])),
    ("header-alone", "writes no call into the CSV", lambda c, _: (c, [])),
    ("billsec-column-missing", "leaves a column out of the CSV", _without_column("billsec")),
    ("unique_id-column-missing", "leaves unique_id out of the CSV", _without_column("unique_id")),
    (
        "numbers-exchanged",
        "exchanges caller and called number in the CSV",
        _exchanged("caller_num", "called_num"),
    ),
    ("times-exchanged", "exchanges start and end in the CSV", _exchanged("start", "end")),
    (
        "ascii-only",
        "puts a question mark for each character beyond ASCII of the CSV",
        lambda c, rows: (c, [[t.encode("ascii", "replace").decode() for t in row] for row in rows]),
    ),
)
"""End of the id, what happens to the CSV, and how."""


def _accept_ignored(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    return proceed(replace(request, wants_csv=False))


def _typed(content_type: str) -> Alteration:
    def retype(response: Response) -> Response:
        if response.headers["content-type"].startswith("text/csv"):
            response.headers["content-type"] = content_type
        return response

    return responding(CDR, by=retype)


def _unquoted(response: Response) -> Response:
    """Nothing is quoted, whatever it holds."""
    if not response.headers["content-type"].startswith("text/csv"):
        return response
    return Response(bytes(response.body).replace(b'"', b""), media_type="text/csv")


def _whole_csv(values: Values) -> Values:
    return values


def _filter_forgotten(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    def change(body: Element) -> None:
        for block in body.findall("cdr"):
            for found in block.findall("filter"):
                block.remove(found)

    return proceed(edited(request, change) if request.wants_csv else request)


def _rows_of_rejected(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """A request for CSV is never rejected: it brings every call."""

    def change(body: Element) -> None:
        setting(body, "cdr/privacy_password", "")
        setting(body, "cdr/begin", "1990-01-01 00:00:00")
        setting(body, "cdr/end", "2100-01-01 00:00:00")

    reply = proceed(request)
    return proceed(edited(request, change)) if request.wants_csv and code_of(reply) else reply


def csv_defects(source: Source) -> Iterator[Defect]:
    """The CSV is not the XML of the same request."""
    for name, title, by in ROWS:
        yield defect(CDR, f"csv-{name}", "read", title, _tabled(by), oracle="views")
    for name, title, alteration in (
        ("accept-ignored", "sends XML whatever is accepted", intercepting(CDR, by=_accept_ignored)),
        ("typed-xml", "sends CSV as application/xml", _typed("application/xml")),
        ("typed-html", "sends CSV as text/html", _typed("text/html")),
        ("unquoted", "quotes nothing in the CSV", responding(CDR, by=_unquoted)),
        ("unmasked", "masks nothing in the CSV", masking(source, _whole_csv, xml=False)),
        (
            "filter-ignored",
            "does not heed filters for CSV",
            intercepting(CDR, by=_filter_forgotten),
        ),
        ("of-rejected", "sends a CSV where it rejects", intercepting(CDR, by=_rows_of_rejected)),
    ):
        yield defect(CDR, f"csv-{name}", "read", title, alteration)


def _doubled_ids(root: Element) -> None:
    ids = [found for found in root.iter("unique_id") if found.text]
    for one, other in zip(ids[::2], ids[1::2], strict=False):
        other.text = one.text


def _emptied_left_out(root: Element) -> None:
    for call in root.iter("call"):
        found = call.find("unique_id")
        if found is not None and not found.text:
            call.remove(found)


def _all_left_out(root: Element) -> None:
    for call in root.iter("call"):
        for found in call.findall("unique_id"):
            call.remove(found)


def _shown_name(tag: str) -> Callable[[Values], Values]:
    return lambda values: masked(values) | {tag: values[tag]}


def _hidden(tag: str) -> Callable[[Values], Values]:
    return lambda values: masked(values) | {tag: ""}


def _outbound(tag: str, *, hide: bool) -> Callable[[Values], Values]:
    def mask(values: Values) -> Values:
        shown = masked(values)
        if values["direction"] == OUTBOUND:
            shown[tag] = f"{values[tag][:-3]}XXX" if hide else values[tag]
        return shown

    return mask


def detail_defects(source: Source) -> Iterator[Defect]:
    """What only this record has: outbound calls, names, unique ids."""
    for name, title, mask in (
        ("caller_name-shown", "shows the caller's name", _shown_name("caller_name")),
        ("called_name-shown", "shows the called one's name", _shown_name("called_name")),
        ("callgroup-hidden", "hides the callgroup", _hidden("called_callgroup")),
        ("unique_id-hidden", "hides the unique id", _hidden("unique_id")),
        ("outbound-whole", "shows called numbers whole", _outbound("called_num", hide=False)),
        ("outbound-caller", "masks the calling extension", _outbound("caller_num", hide=True)),
    ):
        yield defect(CDR, f"mask-{name}", "mask", title, masking(source, mask))
    for name, title, alteration in (
        ("unique_id-doubled", "two calls have one unique id", shaping(CDR, by=_doubled_ids)),
        (
            "unique_id-left-out",
            "has no tag for an empty unique id",
            shaping(CDR, by=_emptied_left_out),
        ),
        ("unique_id-missing", "has no unique id", shaping(CDR, by=_all_left_out)),
        ("called_num-empty", "shows no called number", showing(CDR, "called_num", lambda _: "")),
    ):
        yield defect(CDR, name, "read", title, alteration, oracle="schema")
