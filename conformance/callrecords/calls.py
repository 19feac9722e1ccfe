"""The calls of one SUT: what a check asks for, and the reference that answers are compared with.

A run compares answers with the calls of one window of time, read once. It ends some minutes before
the PBX's now, so that nothing is added to it while the run goes on (RD-41), and reaches back just
as far as is needed to find enough different calls.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conformance.callrecords import clock
from conformance.callrecords.comparison import differences, gap
from conformance.callrecords.kind import STEPS, Kind, Row, ids, key
from conformance.callrecords.patterns import Selection
from conformance.check import Answer
from conformance.wire.client import md5

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.callrecords.clock import Clock
    from conformance.callrecords.patterns import Oracle
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = ["CSV", "NOBODY", "Calls", "Reference", "Request"]

CSV = (("Accept", "text/csv"),)
NOBODY = "no such number"
AUTHENTICATION_ERROR = 3
# Rows may be written late.
MARGIN = timedelta(minutes=3)
REACHES = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 7 * 24, 30 * 24, 90 * 24, 366 * 24))
BEFORE_ANY_PBX = datetime(2000, 1, 1)  # noqa: DTZ001 - the guide's timestamps have no zone
ENOUGH, TOO_MANY = 150, 1500


@dataclass(frozen=True, slots=True)
class Request:
    """What stands in the container of a request; None leaves a tag out."""

    begin: str | None = None
    end: str | None = None
    start_flag: bool | None = None
    details: bool | None = None
    filters: Mapping[str, str] | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """The calls that ended in the window, and the request and answer that showed them."""

    clock: Clock
    request: Request
    exchange: Exchange
    rows: tuple[Row, ...]
    masked: bool

    @property
    def begin(self) -> str:
        """Where the window begins."""
        return self.request.begin or ""

    @property
    def end(self) -> str:
        """Where the window ends."""
        return self.request.end or ""


class Calls:
    """One sort of call record as one check sees it.

    Args:
        check: the check.
        kind: the sort of call record.
        container: the element that holds the request.
        memory: keeps the reference from check to check.
    """

    def __init__(
        self, check: Check, kind: Kind, container: str, memory: dict[str, Reference]
    ) -> None:
        self.check = check
        self.kind = kind.of_version(check.sut.api_version)
        self._container = container
        self._memory = memory

    # --- asking -----------------------------------------------------------------------------

    @property
    def password(self) -> str | None:
        """The md5 of the privacy password, if the target file gives one."""
        plain = self.check.pixit.privacy_password
        return md5(plain) if plain else None

    def ask(self, request: Request, *, csv: bool = False, broken: str = "") -> Exchange:
        """Send a request; its tags come in the guide's order (RD-27)."""
        filters = request.filters
        order = ("any", *self.kind.filters)
        ordered = filters and {tag: filters[tag] for tag in order if tag in filters}
        tags = {
            "privacy_password": request.password,
            "begin": request.begin,
            "end": request.end,
            "start_flag": request.start_flag,
            "details": request.details,
            "filter": ordered,
        }
        body = {self._container: tags}
        if csv:
            return self.check.call(self.kind.endpoint, body, answer=Answer.CSV, headers=CSV)
        return self.check.call(self.kind.endpoint, body, broken=broken)

    def answered(self, request: Request, words: str = "code-0") -> Exchange:
        """Send a request that must succeed.

        Args:
            request: the request.
            words: the requirement by which it must.

        Raises:
            NonConformance: the answer is not code 0.
        """
        exchange = self.ask(request)
        if words != "code-0":
            held = exchange.code == 0 and not exchange.gated
            requirement_id = self.kind.requirement(words)
            self.check.that(requirement_id, held, "code 0", exchange.summary(), exchange)
        self.check.expect_code(exchange, 0)
        return exchange

    def refused(self, exchange: Exchange, code: int) -> None:
        """State that a request was rejected with a code, and that no calls stand beside it.

        Raises:
            NonConformance: another code came, or calls.
        """
        self.check.expect_code(exchange, code)
        self.check.that(
            self.kind.requirement("calls-only-on-success"),
            self.kind.calls(exchange) is None,
            f"no calls tag beside code {code}",
            "a calls tag",
            exchange,
        )

    # --- the reference ----------------------------------------------------------------------

    @property
    def reference(self) -> Reference:
        """The calls to compare with.

        Raises:
            NonConformance: the SUT does not answer with code 0.
            Inconclusive: it has no calls.
        """
        found = self._remembered()
        if not found.rows:
            self.check.inconclusive(f"the PBX has no calls between {found.begin} and {found.end}")
        return found

    @property
    def window(self) -> Request:
        """The request that selects the reference, to be narrowed down."""
        return self._remembered().request

    def _remembered(self) -> Reference:
        if self.kind.slug not in self._memory:
            self._memory[self.kind.slug] = self._read()
        return self._memory[self.kind.slug]

    def oldest(self) -> Iterator[Exchange]:
        """Answers with calls from long before the window, as far back as the record goes.

        The rarest status tells cheaply how far that is; the calls before its first one are few.
        """
        rows = self.reference.rows
        begin = clock.written(BEFORE_ANY_PBX)
        rare = min(Counter(row["status"] for row in rows).items(), key=lambda item: item[::-1])[0]
        seldom = replace(self.window, begin=begin, filters={"status": rare})
        exchange = self.answered(seldom)
        yield exchange
        ends = [row["end"] for row in self.kind.rows(exchange) if clock.moment(row["end"])]
        first = min(ends, default=self.reference.end)
        yield self.answered(replace(self.window, begin=begin, end=first))

    def _read(self) -> Reference:
        time = clock.measure(self._from)
        end = time.earliest - MARGIN
        request, masked = Request(end=clock.written(end), password=self.password), False
        rows: list[Row] = []
        ago = [end - reach for reach in REACHES]
        for begin in (*ago, min(ago[-1], BEFORE_ANY_PBX)):
            request = replace(request, begin=clock.written(begin))
            exchange = self.ask(request)
            if exchange.code == AUTHENTICATION_ERROR and request.password:
                request = replace(request, password=None)
                exchange = self.ask(request)
            self.check.expect_code(exchange, 0)
            rows, masked = self.kind.rows(exchange), request.password is None
            if self._enough(rows):
                break
        if not rows:
            self._are_there_none(request)
        if len(rows) > TOO_MANY:
            request = replace(request, begin=gap(rows, len(rows) - 2 * ENOUGH) or request.begin)
            exchange = self.answered(request)
            rows = self.kind.rows(exchange)
        if self.kind.details:
            rows = self._with_steps(request, rows)
        return Reference(time, request, exchange, tuple(rows), masked)

    def _are_there_none(self, request: Request) -> None:
        """State that a request finds no fewer calls without a filter than with one."""
        exchange = self.ask(replace(request, filters={"caller_num": "%"}))
        found = self.kind.rows(exchange)
        said = f"none, but {len(found)} with the filter caller_num = '%'"
        name = self.kind.requirement("interval")
        self.check.that(name, not found, "the calls of the interval, filter or no filter", said)

    def _with_steps(self, request: Request, rows: list[Row]) -> list[Row]:
        """The same calls with what their details hold, in which `<any>` may be searched too."""
        exchange = self.ask(replace(request, details=True))
        steps = {key(row, self.kind.tags): row[STEPS] for row in self.kind.rows(exchange)}
        return [{**row, STEPS: steps.get(key(row, self.kind.tags), "")} for row in rows]

    def _from(self, begin: datetime) -> Exchange:
        """Ask from a moment until now; the filter keeps the answer short."""
        filters = {"caller_num": NOBODY}
        return self.ask(Request(begin=clock.written(begin), filters=filters))

    def _enough(self, rows: list[Row]) -> bool:
        if len(rows) < ENOUGH:
            return False
        different = (len({row[tag] for row in rows}) > 1 for tag in self.kind.filters)
        return len(rows) > TOO_MANY or all(different)

    # --- comparing --------------------------------------------------------------------------

    def select(self, words: str, filters: Mapping[str, str]) -> None:
        """State that a filter selects the calls of the reference that it should.

        Raises:
            NonConformance: it does not.
        """
        reference = self.reference
        oracle = Selection(self.kind, filters, masked=reference.masked)
        exchange = self.answered(replace(self.window, filters=filters))
        requirement_id = self.kind.requirement(words)
        if not self.kind.rows(exchange) and self._wants_quotes(filters, oracle):
            self.check.sut.dialect.see("RD-21", "with quotes")
            self.check.remark(requirement_id, "the filter wants its value in quotes (RD-21)")
            return
        said = ", ".join(f"{tag} = {value!r}" for tag, value in filters.items())
        self.state(requirement_id, exchange, oracle, f"the filter {said}")

    def _wants_quotes(self, filters: Mapping[str, str], oracle: Oracle) -> bool:
        """Whether a filter that found nothing finds the right calls with its value in quotes."""
        quoted = {tag: f'"{v}"' if tag in self.kind.quoted else v for tag, v in filters.items()}
        if quoted == filters or not any(map(oracle, self.reference.rows)):
            return False
        again = self.answered(replace(self.window, filters=quoted))
        return not self.difference(again, oracle)

    def state(self, requirement_id: str, exchange: Exchange, oracle: Oracle, said: str) -> None:
        """State that an answer holds what an oracle selects from the reference.

        Raises:
            NonConformance: it does not.
        """
        wanted = [row for row in self.reference.rows if oracle(row)]
        self.check.that(
            requirement_id,
            not (wrong := self.difference(exchange, oracle)),
            f"for {said}: {len(wanted)} call(s), ids {ids(wanted)}",
            wrong,
            self.reference.exchange,
            exchange,
        )

    def difference(self, exchange: Exchange, oracle: Oracle, tags: Sequence[str] = ()) -> str:
        """What is wrong with the calls of an answer; empty if nothing is.

        Calls that ended outside the window of the reference are judged by what they show alone.

        Args:
            exchange: the answer.
            oracle: what should be in it.
            tags: compare these tags only (default: all).
        """
        reference, found = self.reference, self.kind.rows(exchange)
        window = (reference.begin, reference.end)
        return differences(tags or self.kind.tags, reference.rows, found, oracle, window)

    def same(self, one: Exchange, other: Exchange) -> bool:
        """Whether two answers hold the same calls, in whatever order."""
        counts = (
            Counter(key(row, self.kind.tags) for row in self.kind.rows(exchange))
            for exchange in (one, other)
        )
        return next(counts) == next(counts)
