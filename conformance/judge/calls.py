"""Call records as one recorded exchange shows them: the rows that came, by what was asked for.

Which calls are missing an answer does not tell; that needs the same calls in another one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeAlias

from conformance.callrecords import table
from conformance.callrecords.calls import Request
from conformance.callrecords.choices import ENUMERATED, NUMERIC, sendable
from conformance.callrecords.clock import moment
from conformance.callrecords.course import most
from conformance.callrecords.kind import key
from conformance.callrecords.patterns import Pattern, Selection, ended, started
from conformance.judge.masks import masked, whole
from conformance.judge.single import failed
from conformance.oracles import Answer, is_xml
from conformance.verdict import Observation, Verdict
from conformance.wire.message import plain, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.callrecords.kind import Kind, Row
    from conformance.dialect import Dialect
    from conformance.judge.recorded import Recorded

__all__ = ["CallJudge", "asked"]

CLEARED = "8"
# Fewer calls than these show no habit of a PBX's clock.
MANY = 20
# No place on earth is farther from UTC; a call may be written down late.
FARTHEST = timedelta(hours=15)
MOST_KEPT, LARGEST_KEPT = 24, 5000
NOT_THE_OTHERS = "the calls that came fit; those that did not come are not seen in the recording"


_Asked: TypeAlias = tuple[
    str | None, str | None, bool, bool, frozenset[tuple[str, str]], str | None
]


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer whose calls another one may be compared with."""

    one: Recorded
    rows: tuple[Row, ...]


def asked(one: Recorded) -> Request | None:
    """What the request asks for; None where it can't be told from its document."""
    container = None if one.root is None else next(
        (child for child in one.root if child.tag != "request_id"), None
    )  # fmt: skip
    if container is None or one.faults:
        return None

    def text(tag: str) -> str | None:
        found = container.find(tag)
        return None if found is None else plain(found).strip()

    filters = container.find("filter")
    flags = {"true": True, "false": False}
    return Request(
        begin=text("begin"),
        end=text("end"),
        start_flag=flags.get(text("start_flag") or ""),
        details=flags.get(text("details") or ""),
        filters=None if filters is None else {str(e.tag): plain(e) for e in filters},
        password=text("privacy_password"),
    )


class CallJudge:
    """Judges the answers of one sort of call record, also against each other.

    Args:
        kind: the sort of call record, in the version of the API.
        dialect: what is learnt of the PBX.
    """

    def __init__(self, kind: Kind, dialect: Dialect) -> None:
        self._kind, self._dialect = kind, dialect
        self._xml: dict[_Asked, _Known] = {}
        self._csv: dict[_Asked, Recorded] = {}

    def judge(self, one: Recorded) -> Iterator[Observation]:
        """What the answer shows."""
        request, exchange = asked(one), one.exchange
        if request is None or exchange.gated or one.doubt or not one.documented:
            return
        understood = one.understood
        if one.answer is Answer.CSV and exchange.root is None:
            yield from self._table(one, request)
            return
        if exchange.root is None:
            return
        yield from self._calls_only_on_success(one)
        if exchange.code != 0:
            return
        if one.answer is Answer.CSV and one.entry.header("accept").strip().lower() == "text/csv":
            kind = exchange.response.media_type if exchange.response else ""
            yield failed(self._id("csv-content-type"), "text/csv", kind or "XML", one)
        rows = self._kind.rows(exchange)
        if request.password is None:
            yield from masked(self._kind, one, rows)
        elif understood and request.password:
            yield from whole(self._kind, one, rows)
        if understood:
            yield from self._selected(one, request, rows)
            yield from self._details(one, request)
            yield from self._compared(one, request, rows)
        yield from self._course(one, rows)

    def _id(self, words: str) -> str:
        return self._kind.requirement(words)

    def _calls_only_on_success(self, one: Recorded) -> Iterator[Observation]:
        there, code = self._kind.calls(one.exchange) is not None, one.exchange.code
        if code and there:
            observed = "a calls tag"
            yield failed(
                self._id("calls-only-on-success"), f"no calls tag beside code {code}", observed, one
            )
        elif code is not None and there == (code == 0):
            yield Observation(self._id("calls-only-on-success"), Verdict.PASS)

    # --- what was asked for -----------------------------------------------------------------

    def _selected(self, one: Recorded, request: Request, rows: list[Row]) -> Iterator[Observation]:
        words = f"start-flag-{'true' if request.start_flag else 'false'}"
        tag = "start" if request.start_flag else "end"
        known = [row for row in rows if moment(row[tag])]
        begin, end = request.begin or "", request.end or ""
        oracle = (started if request.start_flag else ended)(
            begin if moment(begin) else "", end if moment(end) else "9999"
        )
        strange = [row for row in known if oracle(row) is False]
        if strange:
            said = f"{request.begin or '(no begin)'} to {request.end or '(no end)'}"
            words = words if request.start_flag else "interval"
            observed = f"call {strange[0]['id']} has the {tag} {strange[0][tag]}"
            yield failed(self._id(words), f"for {said}: calls within it", observed, one)
        elif known and (request.begin or request.end):
            yield Observation(self._id("interval"), Verdict.INCONC, NOT_THE_OTHERS)
        words = _filter_words(self._kind, request)
        if not words:
            return
        masked = request.password is None
        selection = Selection(self._kind, request.filters or {}, masked=masked)
        strange = [row for row in rows if selection(row) is False]
        if strange and not (self._kind.details and "any" in (request.filters or {})):
            said = ", ".join(f"{name} = {text!r}" for name, text in (request.filters or {}).items())
            observed = f"call {strange[0]['id']}, which does not match"
            yield failed(self._id(words), f"for the filter {said}: calls that match", observed, one)
        elif rows:
            yield Observation(self._id(words), Verdict.INCONC, NOT_THE_OTHERS)

    def _details(self, one: Recorded, request: Request) -> Iterator[Observation]:
        found = self._kind.calls(one.exchange)
        if not self._kind.details or request.details or found is None or not len(found):
            return
        shown = [call for call in found if call.find("details/detail") is not None]
        if shown:
            observed = f"{len(shown)} call(s) with details"
            yield failed(self._id("details-false"), "no detail", observed, one)
        else:
            yield Observation(self._id("details-false"), Verdict.PASS)

    # --- other answers ----------------------------------------------------------------------

    def _compared(self, one: Recorded, request: Request, rows: list[Row]) -> Iterator[Observation]:
        """CSV and XML of equal requests, and what the password changes."""
        if not _is_past(one, request) or len(rows) > LARGEST_KEPT:
            return
        same = _key(request)
        if same in self._csv:
            yield from self._agree(one, rows, self._csv[same])
        if not request.filters:
            for other, known in self._xml.items():
                if other[:-1] == same[:-1] and (other[-1] is None) is not (same[-1] is None):
                    yield from self._same_but_for_masks(one, rows, known)
        self._xml[same] = _Known(one, tuple(rows))
        while len(self._xml) > MOST_KEPT:
            self._xml.pop(next(iter(self._xml)))

    def _same_but_for_masks(
        self, one: Recorded, rows: list[Row], other: _Known
    ) -> Iterator[Observation]:
        tags, requirement = self._kind.open_tags, self._id("masking-changes-nothing-else")
        counts = [Counter(key(row, tags) for row in many) for many in (rows, other.rows)]
        if counts[0] == counts[1]:
            yield Observation(requirement, Verdict.PASS)
            return
        expected = "the same calls with and without the privacy password"
        yield failed(requirement, expected, "other calls, or other values", other.one, one)

    def _table(self, one: Recorded, request: Request) -> Iterator[Observation]:
        response = one.exchange.response
        if response is None or response.status != 200 or one.faults:  # noqa: PLR2004
            return
        yield from self._type(one, response.media_type)
        refused = _rejected(request)
        try:
            found = table.read_table(self._kind, response)
        except table.TableError as problem:
            if not refused and request.password is None:
                expected = "CSV with a column for each tag"
                yield failed(self._id("csv"), expected, str(problem), one)
            return
        if refused:
            return
        if found.records:
            self._dialect.see("RD-22", found.form)
        same = _key(request)
        if _is_past(one, request) and len(found.records) <= LARGEST_KEPT:
            self._csv[same] = one
            while len(self._csv) > MOST_KEPT:
                self._csv.pop(next(iter(self._csv)))
            if same in self._xml:
                yield from self._agree(self._xml[same].one, list(self._xml[same].rows), one)

    def _type(self, one: Recorded, kind: str) -> Iterator[Observation]:
        """The CSV comes as CSV (RD-61)."""
        requirement = self._id("csv-content-type")
        if all(name.lower() != "content-type" for name, _ in one.entry.answer_headers):
            return
        if not kind or is_xml(kind) or kind == "text/html":
            yield failed(requirement, "text/csv", kind or "none", one)
        else:
            said = [] if kind == "text/csv" else [f"the CSV came as {kind} (RD-61)"]
            yield Observation(requirement, Verdict.PASS, remarks=said)

    def _agree(self, xml: Recorded, rows: list[Row], csv: Recorded) -> Iterator[Observation]:
        assert csv.exchange.response is not None, "a table was read from it"  # noqa: S101
        found = table.read_table(self._kind, csv.exchange.response)
        wrong = table.difference(self._kind, found, rows)
        if wrong:
            yield failed(self._id("csv"), "the same calls as the XML", wrong, xml, csv)
        else:
            yield Observation(self._id("csv"), Verdict.PASS)

    # --- how calls go -----------------------------------------------------------------------

    def _course(self, one: Recorded, rows: list[Row]) -> Iterator[Observation]:
        talk = "billsec" if "billsec" in self._kind.tags else "conversation_time"
        talked = [row for row in rows if row["status"] == CLEARED and whole_number(row[talk])]
        without = [row for row in talked if not row["answer"]]
        if without:
            expected = f"a timestamp in answer: status {CLEARED} and {talk} above 0"
            yield failed(self._id("answer"), expected, f"none in call {without[0]['id']}", one)
        elif talked:
            yield Observation(self._id("answer"), Verdict.PASS)
        if len(rows) < MANY:
            return
        for first, last in (("start", "answer"), ("answer", "end"), ("start", "end")):
            odd = most(rows, lambda row, a=first, b=last: _backwards(row, a, b))  # type: ignore[misc]
            if odd:
                observed = f"{last} before {first} in {len(odd)} call(s)"
                yield failed(self._id("course"), f"{first} no later than {last}", observed, one)
                return
        yield Observation(self._id("course"), Verdict.INCONC, "judged by part of the calls")


def _backwards(row: Row, first: str, last: str) -> bool | None:
    if "answer" in {first, last} and row["status"] != CLEARED:
        return None
    begin, end = moment(row[first]), moment(row[last])
    return None if begin is None or end is None else end - begin < -timedelta(seconds=2)


def _key(request: Request) -> _Asked:
    """All that a request asks for; the password stands last."""
    filters = frozenset((request.filters or {}).items())
    flags = bool(request.start_flag), bool(request.details)
    return (request.begin, request.end, *flags, filters, request.password)


def _is_past(one: Recorded, request: Request) -> bool:
    """Whether the interval surely had ended, so that no call can have come since (RD-41)."""
    first, last = moment(request.begin or ""), moment(request.end or "")
    response = one.exchange.response
    try:
        now = parsedate_to_datetime(response.header("date") if response else "")
        now = now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
        limit: datetime = now.replace(tzinfo=None) - FARTHEST
    except (ValueError, IndexError, OverflowError):
        limit = one.entry.started.replace(tzinfo=None) - FARTHEST
    return first is not None and last is not None and last < limit


def _rejected(request: Request) -> bool:
    first, last = moment(request.begin or ""), moment(request.end or "")
    return request.password is not None or bool(first and last and last < first)


def _filter_words(kind: Kind, request: Request) -> str:
    """The requirement that a request's filter is about; empty where the guide leaves it open."""
    filters = request.filters or {}
    if not filters or not filters.keys() <= {"any", *kind.filters}:
        return ""
    for tag, value in filters.items():
        core = Pattern.read(value).core
        if not core or not sendable(core):
            return ""
        listed = tag in ENUMERATED or tag in NUMERIC
        if listed and (core != value or str(whole_number(core)) != core):
            return ""
    if "any" in filters:
        return "any" if len(filters) == 1 else "any-excludes-others"
    if len(filters) > 1:
        return "filters-combined"
    [(tag, value)] = filters.items()
    pattern = Pattern.read(value)
    forms = {(True, True): "both", (True, False): "start", (False, True): "end"}
    form = forms.get((pattern.before, pattern.after))
    return f"wildcard-{form}" if form else f"filter-{tag}"
