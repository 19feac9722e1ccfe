"""The emulated /cdr, in both versions of the API."""

from collections.abc import Iterable
from operator import attrgetter

from lxml import etree
from lxml.etree import SubElement
from lxml.etree import _Element as Element

from conformance.emulator.calls import (
    INTERNAL_ERROR,
    CallRecord,
    Period,
    RefusedError,
    masked_fields,
    predicate,
    reveals,
)
from conformance.emulator.document import add
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Records, Reply, Table
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_BLOCK = "error_code"
_CODES = Codes(
    "cdr",
    {
        0: "Success",
        3: "Authentication error",
        11: "Invalid date time interval",
        12: "Internal error",
    },
    _BLOCK,
)

_FILTERS = (
    "direction",
    "caller_num",
    "caller_name",
    "called_num",
    "called_name",
    "called_callgroup",
    "gateway_id",
    "gateway_name",
    "status",
    "billsec",
)
_COLUMNS = ("id", *_FILTERS, "start", "answer", "end", "duration")
_NUMBERS = ("caller_num", "called_num")
_NAMES = ("caller_name", "called_name")


def _cdr(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("cdr")
    if form is None or pbx.lab.holds("cdr-internal-error"):
        return _CODES(INTERNAL_ERROR)
    extra = ("unique_id",) if pbx.api_version == "1.1" else ()
    columns = (*extra, *_COLUMNS)
    try:
        whole = reveals(form, pbx.access)
        period = Period.read(form, pbx.now())
    except RefusedError as refused:
        return _CODES(refused.code)
    # Filters see the real values: masking is how a record is shown.
    wanted = predicate(form.block("filter"), (*extra, *_FILTERS), columns)
    rows = _rows(filter(wanted, period.select(pbx.calls)), columns, whole)
    return Table(columns, rows) if request.wants_csv else _answer(columns, rows)


def _rows(
    records: Iterable[CallRecord], columns: tuple[str, ...], whole: bool
) -> Iterable[tuple[str, ...]]:
    values = attrgetter(*columns)
    if whole:
        return map(values, records)
    return (_masked(record, columns) for record in records)


def _masked(record: CallRecord, columns: tuple[str, ...]) -> tuple[str, ...]:
    shown = masked_fields(record.direction, {tag: getattr(record, tag) for tag in _NUMBERS})
    shown |= dict.fromkeys(_NAMES, "")
    return tuple(shown[tag] if tag in shown else getattr(record, tag) for tag in columns)


def _answer(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Records:
    root = etree.Element("cdr")
    error = add(root, _BLOCK)
    add(error, "code", "0")
    add(error, "message", _CODES.messages[0])
    return Records(root, "calls", (_call(columns, row) for row in rows), code=0)


def _call(columns: tuple[str, ...], row: tuple[str, ...]) -> Element:
    call = etree.Element("call")
    for tag, value in zip(columns, row, strict=True):
        SubElement(call, tag).text = value or None
    return call


ROUTES = [EmulatedRoute("POST", "/cdr", _cdr)]
