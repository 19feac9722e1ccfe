"""The codes that call records share, and what stands beside them, stated for any call record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.callrecords.calls import AUTHENTICATION_ERROR, Calls, Request
from conformance.callrecords.clock import INVALID_INTERVAL
from conformance.callrecords.patterns import MASK
from conformance.callrecords.times import reversed_intervals
from conformance.wire.client import md5

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "answered",
    "internal_error",
    "plain_password",
    "reversed_interval",
    "some_password",
    "success",
    "wrong_password",
]

INTERNAL_ERROR = 12
CLEARED = "8"
GUIDE_DATE = "2014-05-20 12:00:00"


def some_password(calls: Calls) -> str:
    """The md5 of what is not the privacy password."""
    return md5(f"not {calls.check.pixit.privacy_password}")


def wrong_passwords(calls: Calls) -> Iterator[str]:
    """Well-formed md5 sums that are not the privacy password's: another, and almost the same."""
    yield some_password(calls)
    yield "0" * 32
    # The administrator's password opens the API, and nothing else, unless it serves for both.
    administrator, known = calls.check.sut.target.connection.password, calls.check.pixit
    if known.privacy_password not in {"", administrator} and not calls.reference.masked:
        yield md5(administrator)
    if (right := calls.password) is not None:
        yield right[:-1] + ("0" if right[-1] != "0" else "1")
        yield ("0" if right[0] != "0" else "1") + right[1:]


def success(calls: Calls) -> None:
    """State that valid intervals are answered with code 0, and calls in their tag.

    Raises:
        NonConformance: they are not.
    """
    same = replace(calls.window, begin=calls.window.end)
    exchange = calls.answered(calls.window)
    for request in (same, Request(begin=GUIDE_DATE, end=GUIDE_DATE)):
        calls.answered(request)
    requirement_id = calls.kind.requirement("calls-only-on-success")
    held = calls.kind.calls(exchange) is not None
    calls.check.that(requirement_id, held, "a calls tag beside code 0", "none", exchange)


def wrong_password(calls: Calls) -> None:
    """State that a wrong privacy password is rejected with code 3.

    Raises:
        NonConformance: it is not.
    """
    for password in wrong_passwords(calls):
        request = Request(GUIDE_DATE, GUIDE_DATE, password=password)
        calls.refused(calls.ask(request), AUTHENTICATION_ERROR)
    wrong = some_password(calls)
    by_start = Request(GUIDE_DATE, GUIDE_DATE, start_flag=True, password=wrong)
    for request in (by_start, Request(password=wrong)):
        calls.refused(calls.ask(request), AUTHENTICATION_ERROR)


def plain_password(calls: Calls) -> None:
    """State that the privacy password itself, in place of its md5, does not show the calls.

    Raises:
        NonConformance: it does.
    """
    plain = replace(calls.window, password=calls.check.pixit.privacy_password)
    exchange = calls.ask(plain, broken="the privacy password is not hashed")
    requirement_id = calls.kind.requirement("privacy-password-is-md5")
    observed = exchange.summary()
    calls.check.that(requirement_id, exchange.code != 0, "a rejection", observed, exchange)


def reversed_interval(calls: Calls) -> None:
    """State that an end before the begin is rejected with code 11.

    Raises:
        NonConformance: it is not.
    """
    for request in reversed_intervals(calls):
        for start_flag in (None, False, True):
            exchange = calls.ask(replace(request, start_flag=start_flag))
            calls.refused(exchange, INVALID_INTERVAL)
        exchange = calls.ask(replace(request, password=None, filters={"any": MASK}))
        calls.refused(exchange, INVALID_INTERVAL)


def internal_error(calls: Calls) -> None:
    """State that a failure within the PBX is answered with code 12.

    Raises:
        NonConformance: it is not.
    """
    with calls.check.condition("cdr-internal-error"):
        exchange = calls.ask(Request(begin=GUIDE_DATE, end=GUIDE_DATE))
    calls.refused(exchange, INTERNAL_ERROR)


def answered(calls: Calls, seconds: str) -> None:
    """State that an answered call has the time of its answer (RD-20).

    Args:
        calls: the call record.
        seconds: the tag that tells how long people talked.

    Raises:
        NonConformance: one has not.
        Inconclusive: no call was answered.
    """
    requirement_id, rows = calls.kind.requirement("answer"), calls.reference.rows
    talked = [row for row in rows if row["status"] == CLEARED and row[seconds] not in {"", "0"}]
    without = [row["id"] for row in talked if not row["answer"]]
    observed = f"an empty one in {len(without)} call(s), the first of id {''.join(without[:1])}"
    expected = f"a timestamp in answer: status {CLEARED} and {seconds} above 0"
    exchange = calls.reference.exchange
    calls.check.that(requirement_id, not without, expected, observed, exchange)
    if any(row["answer"] and row["status"] != CLEARED for row in rows):
        said = "a call that was not answered has a timestamp in answer (RD-20)"
        calls.check.remark(requirement_id, said)
    if not talked:
        calls.check.inconclusive("no call was answered")
