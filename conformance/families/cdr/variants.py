"""Permitted but unusual behaviour of /cdr."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from types import SimpleNamespace

from lxml.etree import _Element as Element
from starlette.responses import Response

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, handling, shaping
from conformance.emulator.calls import UNANSWERED, CallRecord, predicate, timestamp
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.pbx import Pbx, local_time
from conformance.emulator.replies import Records, Reply, Table
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_CALLS = "POST /cdr"
_FORM = "%Y-%m-%d %H:%M:%S"

Rows = list[Sequence[str]]


def _row(name: str, title: str, permission: str, alteration: Alteration) -> Variant:
    return Variant(
        id=f"cdr.{name}", title=title, clause=_CALLS, permission=permission, alteration=alteration
    )


def _quoted(root: Element) -> None:
    for element in root.iterfind("cdr/calls/call/called_num"):
        element.text = f'"{element.text or ""}"'


def _as_csv(
    change: Callable[[Rows], Rows] = lambda rows: rows,
    *,
    encoding: str = "utf-8",
    media_type: str = "text/csv",
    **dialect: str | int,
) -> Alteration:
    """Write CSV answers another way."""

    def respond(_: ApiRequest | None, response: Response) -> Response:
        if response.media_type != "text/csv":
            return response
        text = io.StringIO(bytes(response.body).decode(), newline="")
        rows: Rows = list(csv.reader(text))
        written = io.StringIO(newline="")
        csv.writer(written, **dialect).writerows(change(rows))  # type: ignore[arg-type]
        return Response(written.getvalue().encode(encoding, "replace"), media_type=media_type)

    return Alteration(respond=respond)


def _headless(rows: Rows) -> Rows:
    return rows[1:]


def _from_the_right(rows: Rows) -> Rows:
    return [list(row)[::-1] for row in rows]


def _in_words(rows: Rows) -> Rows:
    return [[f"Field {cell}".replace("_", " ") for cell in rows[0]], *rows[1:]] if rows else rows


def _shown_filter(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Have filters see what is shown: masked, without the password."""
    form = request.body.block("cdr")
    wanted = form.block("filter") if form is not None else None
    if form is None or wanted is None or form.word("privacy_password"):
        return proceed(request)
    reply = proceed(edited(request, _unfiltered))
    if isinstance(reply, Records):
        reply.records = (
            call
            for call in reply.records
            if _fits(wanted, {str(child.tag): child.text or "" for child in call})
        )
    elif isinstance(reply, Table):
        columns = reply.columns
        reply.rows = [
            row for row in reply.rows if _fits(wanted, dict(zip(columns, row, strict=True)))
        ]
    return reply


def _fits(wanted: Form, shown: dict[str, str]) -> bool:
    fields = [str(child.tag) for child in wanted.element if child.tag in shown]
    return predicate(wanted, fields, shown)(SimpleNamespace(**shown))


def _unfiltered(body: Element) -> None:
    for block in list(body.iterfind("cdr/filter")):
        block[:] = []


def _later(text: str, offset: timedelta) -> str:
    if not text:
        return text
    return timestamp(datetime.strptime(text, _FORM) + offset)  # noqa: DTZ007 - PBX local time


def _clock(hours: int) -> Alteration:
    """Have the PBX's clock go wrong by some hours; its calls with it."""
    offset = timedelta(hours=hours)

    def prepare(pbx: Pbx) -> None:
        pbx.now = lambda: local_time() + offset
        pbx.calls[:] = [_moved(call, offset) for call in pbx.calls]
        pbx.queue_calls[:] = [
            replace(call, start=_later(call.start, offset), answer=_later(call.answer, offset),
                    end=_later(call.end, offset))
            for call in pbx.queue_calls
        ]  # fmt: skip

    return Alteration(prepare=prepare)


def _moved(call: CallRecord, offset: timedelta) -> CallRecord:
    return replace(
        call,
        start=_later(call.start, offset),
        answer=_later(call.answer, offset),
        end=_later(call.end, offset),
    )


def _busy() -> Alteration:
    """Have a call end with every question that is asked."""
    numbers = count(1)

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        if pbx.calls:
            number, now = len(pbx.calls) + next(numbers) * 1000, pbx.now()
            moved = replace(
                pbx.calls[-1],
                id=str(number),
                start=timestamp(now - timedelta(seconds=12)),
                answer=timestamp(now - timedelta(seconds=9)) if pbx.calls[-1].answer else "",
                end=timestamp(now),
            )
            pbx.calls.append(moved)
        return proceed(request)

    return handling(_CALLS, by=intercept)


def _keeping(wanted: Callable[[CallRecord], bool]) -> Alteration:
    def prepare(pbx: Pbx) -> None:
        pbx.calls[:] = list(filter(wanted, pbx.calls))

    return Alteration(prepare=prepare)


def _of_size(calls: int) -> Alteration:
    return Alteration(settings=lambda settings: replace(settings, calls=calls))


def _each(change: Callable[[CallRecord], CallRecord]) -> Alteration:
    def prepare(pbx: Pbx) -> None:
        pbx.calls[:] = list(map(change, pbx.calls))

    return Alteration(prepare=prepare)


def _firmware(version: str) -> Alteration:
    return Alteration(settings=lambda settings: replace(settings, firmware=version))


def _statuses(found: Iterable[str]) -> Callable[[CallRecord], bool]:
    kept = frozenset(found)
    return lambda call: call.status in kept


VARIANTS = [
    _row("api-1-0", "The first firmware with a REST API: no unique_id", "API version 1.0",
         _firmware("3.9.3-2664")),
    _row("quoted", "Quotes round called_num", "RD-21", shaping(_CALLS, by=_quoted)),
    _row("csv.semicolon", "A semicolon between the cells", "RD-22", _as_csv(delimiter=";")),
    _row("csv.no-header", "No header", "RD-22", _as_csv(_headless)),
    _row("csv.semicolon-no-header", "A semicolon, no header", "RD-22",
         _as_csv(_headless, delimiter=";")),
    _row("csv.header-in-words", "A header in words", "RD-22", _as_csv(_in_words)),
    _row("csv.other-order", "Columns from the last to the first", "RD-22",
         _as_csv(_from_the_right)),
    _row("csv.other-order-no-header", "Columns from the last to the first, no header", "RD-22",
         _as_csv(lambda rows: _headless(_from_the_right(rows)))),
    _row("csv.all-quoted", "Every cell in quotes", "RD-22", _as_csv(quoting=csv.QUOTE_ALL)),
    _row("csv.newline", "Lines that end in LF", "RD-22", _as_csv(lineterminator="\n")),
    _row("csv.bom", "A byte order mark", "RD-22", _as_csv(encoding="utf-8-sig")),
    _row("csv.charset", "UTF-16, rightly declared", "RD-22",
         _as_csv(encoding="utf-16", media_type="text/csv; charset=utf-16")),
    _row("csv.excel", "A type of a spreadsheet", "RD-61",
         _as_csv(media_type="application/vnd.ms-excel")),
    _row("csv.plain-text", "A type of plain text", "RD-61",
         _as_csv(media_type="text/plain; charset=utf-8")),
    _row("filters-see-what-is-shown", "Without the password filters see masked values", "RD-19",
         handling(_CALLS, by=_shown_filter)),
    _row("clock-ahead", "The PBX's clock is nine hours ahead", "RD-41", _clock(9)),
    _row("clock-behind", "The PBX's clock is seven hours behind", "RD-41", _clock(-7)),
    _row("calls-arrive", "A call ends with every question", "RD-41", _busy()),
    _row("no-calls", "No calls at all", "population", _of_size(0)),
    _row("few-calls", "Twelve calls", "population", _of_size(12)),
    _row("many-calls", "Six thousand calls", "population", _of_size(6000)),
    _row("unanswered-alone", "Nobody ever answered", "population",
         _keeping(_statuses(UNANSWERED))),
    _row("answered-alone", "Every call was answered", "population",
         _keeping(lambda call: bool(call.answer))),
    _row("inbound-alone", "Calls came from outside alone", "population",
         _keeping(lambda call: call.direction == "1")),
    _row("internal-alone", "Calls were internal alone", "population",
         _keeping(lambda call: call.direction == "4")),
    _row("no-unique-ids", "Every call is from before the firmware that knows unique ids",
         "API version 1.1", _each(lambda call: replace(call, unique_id=""))),
    _row("one-gateway", "All calls through one gateway, none through a callgroup", "population",
         _each(lambda call: replace(call, gateway_id=call.gateway_id and "1",
                                    gateway_name=call.gateway_id and "ISDN",
                                    called_callgroup=""))),
]  # fmt: skip
