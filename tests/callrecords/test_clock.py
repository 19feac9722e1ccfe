from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conformance.callrecords.clock import Clock, measure, moment, written
from conformance.wire.exchange import Exchange, Request, Response


class AskedExchange(Exchange):
    """An exchange that ended in a code."""

    def __init__(self, code: int, date: str = "") -> None:
        headers = (("Date", date),) if date else ()
        request = Request("POST", "http://pbx.example/rest/cdr", "/rest/cdr", ())
        response = Response(200, "OK", headers, b"")
        super().__init__(None, request, response, datetime.now(UTC), 0.0)
        self.__dict__["code"] = code


def pbx_at(now: datetime, asked: list[datetime]) -> Clock:
    def begin_at(begin: datetime) -> Exchange:
        asked.append(begin)
        return AskedExchange(11 if begin > now else 0)

    return measure(begin_at)


def here() -> datetime:
    return datetime.now()  # noqa: DTZ005 - as the PBX's timestamps


def test_clock_of_our_zone_is_found_with_three_questions() -> None:
    asked: list[datetime] = []
    clock = pbx_at(here(), asked)
    assert clock.earliest <= here() <= clock.latest
    assert len(asked) == 3


@pytest.mark.parametrize("hours", [-9, 5, 12])
def test_clock_of_another_zone_is_found_to_a_minute(hours: int) -> None:
    now = here() + timedelta(hours=hours)
    clock = pbx_at(now, [])
    assert clock.earliest <= now <= clock.latest
    assert clock.latest - clock.earliest <= timedelta(minutes=1)


def test_time_that_no_zone_explains_is_not_taken_for_the_clock() -> None:
    clock = pbx_at(here() - timedelta(days=2), [])
    assert clock.latest - clock.earliest == timedelta(hours=26)
    assert clock.earliest <= here() <= clock.latest


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Mon, 01 Jan 1111 00:00:00 GMT",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2014 00:00:00 +99999999999999999999",
        "no date",
    ],
)
def test_date_that_cannot_be_computed_with_is_ignored(date: str) -> None:
    clock = measure(lambda _begin: AskedExchange(0, date))
    assert clock.earliest <= here() <= clock.latest


@pytest.mark.parametrize(
    "text", ["0000-01-01 00:00:00", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "", "1" * 5000]
)
def test_end_of_the_calendar_is_no_moment(text: str) -> None:
    assert moment(text) is None


def test_moment_is_written_as_it_was_read() -> None:
    for text in ("0002-03-04 05:06:07", "2014-05-20 12:00:00"):
        assert written(moment(text) or datetime.now(UTC)) == text


def test_without_an_answer_the_date_header_leaves_the_zone_open() -> None:
    clock = measure(lambda _begin: AskedExchange(0, "Tue, 20 May 2014 12:00:00 GMT"))
    assert clock.earliest == datetime(2014, 5, 20)  # noqa: DTZ001
    assert clock.latest == datetime(2014, 5, 21, 2)  # noqa: DTZ001
    assert clock.month == datetime(2014, 5, 1)  # noqa: DTZ001
    edge = measure(lambda _begin: AskedExchange(0, "Sat, 31 May 2014 22:00:00 GMT"))
    assert edge.month is None
