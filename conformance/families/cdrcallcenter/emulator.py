"""The emulated /cdrcallcenter."""

from collections.abc import Iterable
from dataclasses import fields

from lxml import etree
from lxml.etree import _Element as Element

from conformance.emulator.calls import (
    INTERNAL_ERROR,
    Period,
    QueueCall,
    QueueStep,
    RefusedError,
    masked_fields,
    predicate,
    reveals,
)
from conformance.emulator.document import Form, add
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Records, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_CONTAINER, _BLOCK = "cdrcallercenter", "error_code"
_NO_LICENCE = 10
_CODES = Codes(
    _CONTAINER,
    {
        0: "Success",
        3: "Authentication error",
        10: "Call center license not found",
        11: "Invalid date time interval",
        12: "Internal error",
    },
    _BLOCK,
)

_FILTERS = (
    "caller_num",
    "called_num",
    "operator",
    "gateway_id",
    "gateway_name",
    "status",
    "waiting_time",
    "conversation_time",
)
_NUMBERS = ("caller_num", "called_num")
_COLUMNS = tuple(field.name for field in fields(QueueCall) if field.name != "details")
_STEPS = tuple(field.name for field in fields(QueueStep))


def _cdr(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block(_CONTAINER)
    if not pbx.licence.call_center or pbx.lab.holds("call-center-license-absent"):
        return _CODES(_NO_LICENCE)
    if form is None or pbx.lab.holds("cdr-internal-error"):
        return _CODES(INTERNAL_ERROR)
    try:
        whole = reveals(form, pbx.access)
        period = Period.read(form, pbx.now())
    except RefusedError as refused:
        return _CODES(refused.code)
    wanted = predicate(form.block("filter"), _FILTERS, _COLUMNS)
    return _answer(form, filter(wanted, period.select(pbx.queue_calls)), whole)


def _answer(form: Form, records: Iterable[QueueCall], whole: bool) -> Records:
    root, detailed = etree.Element(_CONTAINER), form.word("details") == "true"
    error = add(root, _BLOCK)
    add(error, "code", "0")
    add(error, "message", _CODES.messages[0])
    calls = (_call(record, whole, detailed) for record in records)
    return Records(root, "calls", calls, code=0)


def _call(record: QueueCall, whole: bool, detailed: bool) -> Element:
    call = etree.Element("call")
    shown = {tag: getattr(record, tag) for tag in _COLUMNS}
    if not whole:
        shown |= masked_fields(record.direction, {tag: shown[tag] for tag in _NUMBERS})
    for tag, value in shown.items():
        add(call, tag, value)
    if detailed:
        _add_details(call, record)
    return call


def _add_details(call: Element, record: QueueCall) -> None:
    details = add(call, "details")
    for step in record.details:
        detail = add(details, "detail")
        for tag in _STEPS:
            add(detail, tag, getattr(step, tag))


ROUTES = [EmulatedRoute("POST", "/cdrcallcenter", _cdr)]
