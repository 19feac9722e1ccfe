"""A client that sends nothing: each check's requests are answered from what it was once answered.

A request must be the recorded one, but for what was withheld. Where it is another one, the
recording departs from what the check does now, and nothing more can be told.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from conformance.judge.marks import numbers_of, restored
from conformance.secrecy import WITHHELD
from conformance.verdict import Inconclusive
from conformance.wire.client import WireClient
from conformance.wire.exchange import Exchange, Response
from conformance.wire.named import hide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.judge.capture import Entry
    from conformance.lab.safety import SafetyClass
    from conformance.lab.target import Connection
    from conformance.wire.client import Outgoing, Sink
    from conformance.wire.exchange import Request

__all__ = ["DEPARTS", "Tape", "TapeClock", "normal_node", "tracks"]

DEPARTS = "the recording departs here"
# How far ahead requests that were sent at the same time, or looks at the PBX, may stand.
FARTHEST = 400
LARGEST_STAND_IN = 64 * 1024 * 1024


class TapeClock:
    """The recording's time: it goes on with each answer, and with what is waited."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        """The time that never goes back, in seconds."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Wait for nothing."""
        self._now += seconds

    def reach(self, moment: float) -> None:
        """Go on to when something was recorded; what was waited is part of the way."""
        self._now = max(self._now, moment)


def tracks(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each check, in the order in which they were written."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: one.number):
        found[normal_node(str(entry.own.get("check") or ""))].append(entry)
    return found


def normal_node(node: str) -> str:
    """The name of a check as pytest gives it within the package, wherever it was started."""
    file, colons, rest = node.partition("::")
    return file.rpartition("conformance/")[2] + colons + rest


class Tape(WireClient):
    """Plays a recording back, check by check."""

    def __init__(
        self,
        connection: Connection,
        allow: frozenset[SafetyClass],
        recording: dict[str, list[Entry]],
        clock: TapeClock,
        record: Callable[[Exchange], None],
    ) -> None:
        super().__init__(connection, allow, record)
        self._recording, self._clock = recording, clock
        self._left: list[Entry] = []
        self._last: dict[str, Entry] = {}
        self.taken = 0
        self.departed = False
        """Whether the check that is played now has asked something else than it once did."""
        self._values: dict[int, str] = {}
        self._one_at_a_time = threading.Lock()
        self._main = threading.current_thread()
        self.turn_to("")

    def turn_to(self, node: str) -> None:
        """Answer from what was recorded of a check; `""` is what came before the first."""
        self._left = list(self._recording.get(node, ()))
        self._last.clear()
        self.departed = False

    def _attempt(
        self, outgoing: Outgoing, sink_for: Callable[[Response], Sink | None] | None
    ) -> Exchange:
        request = self._request(outgoing)
        with self._one_at_a_time:
            entry = self._taken(request, look=outgoing.request_id is None)
            self.taken += 1
            response = self._response(entry)
            self._clock.reach(entry.started.timestamp() + entry.seconds)
        if response is not None and sink_for is not None and (sink := sink_for(response)):
            sink.feed(response.body)
        exchange = Exchange(
            endpoint=outgoing.endpoint,
            request=request,
            response=response,
            started=entry.started,
            seconds=entry.seconds,
            request_id=outgoing.request_id,
            broken=outgoing.broken,
            lost=str(entry.own.get("lost") or ""),
            timed_out=bool(entry.own.get("timed_out")),
            surplus=b"?" * _number(entry.own, "surplus"),
        )
        self.record(exchange)
        return exchange

    def _taken(self, request: Request, *, look: bool) -> Entry:
        """The entry of a request; a mere look at the PBX may have come more or less often.

        Raises:
            Inconclusive: another request was recorded here.
        """
        key = f"{request.method} {request.path}"
        if self._left and self._same(self._left[0], request):
            entry = self._left.pop(0)
        else:
            entry = self._further_on(request, look=look, key=key)
        if look:
            self._last[key] = entry
        return entry

    def _further_on(self, request: Request, *, look: bool, key: str) -> Entry:
        beside = threading.current_thread() is not self._main
        for at, entry in enumerate(self._left[:FARTHEST]):
            if self._same(entry, request):
                passed = self._left[:at]
                if beside or all(_is_look(one) for one in passed):
                    self._left[: at + 1] = passed if beside else []
                    return entry
        if look and key in self._last and self._last[key].method == "GET":
            return self._last[key]
        self.departed = True
        there = self._left[0] if self._left else None
        was = f"it has {there.method} {_path(there)}" if there else "it has no more requests"
        raise Inconclusive(f"{DEPARTS}: {was}, the check sends {request.method} {request.path}")

    def _same(self, entry: Entry, request: Request) -> bool:
        """Whether a request is the recorded one; what its secrets are is learnt from it."""
        if entry.method != request.method or not _matches(_path(entry), request.path):
            return False
        if entry.sent.data is None:
            return False
        recorded, text = entry.sent.text, request.body.decode("utf-8", "replace")
        if not _matches(recorded, text):
            return False
        if WITHHELD in recorded:
            held = [value for value in hide(text, _names(text))[1] if value.strip()]
            numbers = numbers_of(entry.own, "sent")
            if len(numbers) == len(held):
                self._values.update(zip(numbers, held, strict=True))
        return True

    def _response(self, entry: Entry) -> Response | None:
        """The recorded answer, with what the check knows in the place of what was withheld.

        Raises:
            Inconclusive: the recording does not hold it.
        """
        if not entry.status:
            return None
        body = entry.answer.data
        if body is None and "binary" in entry.answer.doubt:
            body = b"\0" * min(LARGEST_STAND_IN, max(1, _size(entry)))
        if body is None or (entry.answer.doubt and entry.answer.data is not None):
            raise Inconclusive(entry.answer.doubt or "the recording does not hold the answer")
        if WITHHELD in entry.answer.text:
            numbers = numbers_of(entry.own, "answered")
            text, whole = restored(entry.answer.text, numbers, self._values)
            if not whole or not numbers:
                raise Inconclusive("the answer holds what the recording withheld")
            body = text.encode(entry.answer.encoding, "replace")
        return Response(
            entry.status,
            entry.reason,
            entry.answer_headers,
            body,
            truncated=bool(entry.own.get("truncated")),
            oversized=bool(entry.own.get("oversized")),
        )


def _number(own: Any, name: str) -> int:
    value = own.get(name)
    return value if isinstance(value, int) and 0 <= value < LARGEST_STAND_IN else 0


def _size(entry: Entry) -> int:
    length = {name.lower(): value for name, value in entry.answer_headers}
    text = length.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1  # noqa: PLR2004


def _path(entry: Entry) -> str:
    return "/" + entry.url.partition("//")[2].partition("/")[2]


def _names(text: str) -> list[str]:
    return text.replace(">", "<").split("<")


def _is_look(entry: Entry) -> bool:
    return entry.method == "GET" and "request_id=" not in entry.url


def _matches(recorded: str, text: str) -> bool:
    """Whether a text is the recorded one, with anything in the place of what was withheld."""
    if recorded == text:
        return True
    if WITHHELD not in recorded:
        return False
    first, *between, last = recorded.split(WITHHELD)
    if not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for part in between:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end
