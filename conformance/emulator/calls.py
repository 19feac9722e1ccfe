"""Call records, and which of them a request selects (guide: POST /cdr, POST /cdrcallcenter)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from conformance.emulator.access import Access
from conformance.emulator.document import Form
from conformance.emulator.matching import matcher

INBOUND, OUTBOUND, INTERNAL = "1", "2", "4"
"""Directions of a call."""

FAILED, BUSY, CONGESTION, UNANSWERED, CLEARED = "1", "2", "3", "4", "8"
"""Statuses of a call."""

AUTHENTICATION_ERROR, INVALID_INTERVAL, INTERNAL_ERROR = 3, 11, 12
"""Codes that both call records share."""

_TIMESTAMP, _TIMESTAMP_LENGTH = "%Y-%m-%d %H:%M:%S", len("YYYY-MM-DD hh:mm:ss")

_MASKED_DIGITS = 3


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call; every field is text as it is answered, so that filters see what clients see."""

    unique_id: str
    id: str
    direction: str
    caller_num: str
    caller_name: str
    called_num: str
    called_name: str
    called_callgroup: str
    gateway_id: str
    gateway_name: str
    status: str
    billsec: str
    start: str
    answer: str
    end: str
    duration: str


@dataclass(frozen=True, slots=True)
class QueueStep:
    """One step of a call inside the queuing system."""

    id: str
    destination: str
    destination_id: str
    destination_name: str
    queue_open: str
    operator: str
    enter_time: str
    enqueue_time: str
    answer_time: str
    exit_time: str
    exit_cause: str
    waiting_time: str
    waiting_time_no_greeting: str


@dataclass(frozen=True, slots=True)
class QueueCall:
    """One call to a queue, with its steps."""

    id: str
    direction: str
    caller_num: str
    called_num: str
    operator: str
    gateway_id: str
    gateway_name: str
    waiting_time: str
    conversation_time: str
    status: str
    start: str
    answer: str
    end: str
    details: tuple[QueueStep, ...]


class _Dated(Protocol):
    @property
    def start(self) -> str: ...
    @property
    def end(self) -> str: ...


Record = TypeVar("Record", bound=_Dated)


class RefusedError(Exception):
    """The request can't be served: `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when, and whether it is the start of a call that counts, or its end."""

    begin: str
    end: str
    by_start: bool

    @classmethod
    def read(cls, form: Form, now: datetime) -> "Period":
        """Read begin, end and start_flag; by default from the first of the month until now.

        Raises:
            RefusedError: A timestamp is none, or the end is before the begin (code 11).
        """
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        begin = _timestamp(form.word("begin"), month)
        end = _timestamp(form.word("end"), now)
        if end < begin:
            raise RefusedError(INVALID_INTERVAL)
        return cls(begin, end, form.word("start_flag") == "true")

    def select(self, records: Iterable[Record]) -> Iterator[Record]:
        """Iterate over the records of this period, both its ends included."""
        # Timestamps of this form sort as text the way they do as times.
        begin, end = self.begin, self.end
        if self.by_start:
            return (record for record in records if begin <= record.start <= end)
        return (record for record in records if begin <= record.end <= end)


def reveals(form: Form, access: Access) -> bool:
    """Say whether the request's privacy password shows numbers and names.

    Raises:
        RefusedError: It is the wrong one (code 3).
    """
    given = form.word("privacy_password")
    if given and not access.reveals(given):
        raise RefusedError(AUTHENTICATION_ERROR)
    return bool(given)


def predicate(
    form: Form | None, fields: Iterable[str], attributes: Iterable[str]
) -> Callable[[object], bool]:
    """Return what a filter block selects.

    Args:
        form: The `<filter>` block, if there is one.
        fields: The tags it may hold beside `<any>`, each the name of a record's attribute.
        attributes: Where `<any>`, which excludes the others, is searched.
    """
    if form is None:
        return lambda _record: True
    if wanted := form.text("any"):
        matches, names = matcher(wanted), tuple(attributes)
        return lambda record: any(matches(getattr(record, name)) for name in names)
    tests = [(name, matcher(text)) for name in fields if (text := form.text(name))]
    return lambda record: all(matches(getattr(record, name)) for name, matches in tests)


def timestamp(moment: datetime) -> str:
    """Return a time as the guide writes it: `YYYY-MM-DD hh:mm:ss`."""
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")


def mask(number: str) -> str:
    """Return a number without its last three digits."""
    return number[:-_MASKED_DIGITS] + "X" * min(_MASKED_DIGITS, len(number))


def masked_fields(direction: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """Mask the number that belongs to the outside: the caller in, the called one out."""
    external = {INBOUND: "caller_num", OUTBOUND: "called_num"}.get(direction)
    return {tag: mask(value) if tag == external else value for tag, value in numbers.items()}


def _timestamp(text: str, default: datetime) -> str:
    if not text:
        return timestamp(default)
    # strptime alone would take "2014-5-1 9:30:00".
    if len(text) != _TIMESTAMP_LENGTH:
        raise RefusedError(INVALID_INTERVAL)
    try:
        return timestamp(datetime.strptime(text, _TIMESTAMP))  # noqa: DTZ007 - PBX local time
    except ValueError as error:
        raise RefusedError(INVALID_INTERVAL) from error
