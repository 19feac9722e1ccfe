"""What is concluded from the times and seconds of calls."""

from __future__ import annotations

import pytest

from conformance.callrecords.course import _backwards, _far_shorter, _longer, most
from tests.callrecords.rows import row


def call(start: str, answer: str, end: str, billsec: str) -> dict[str, str]:
    """A call within one hour of a day."""
    day = "2014-05-20 10:"
    return row(1) | {
        "start": day + start,
        "answer": answer and day + answer,
        "end": day + end,
        "billsec": billsec,
    }


TALK = call("00:00", "00:10", "05:10", "300")


def test_one_odd_call_shows_nothing() -> None:
    odd = call("05:00", "", "00:00", "0")
    assert most([odd, odd], _backwards("start", "end")) == []
    assert most([odd, TALK, TALK, TALK], _backwards("start", "end")) == []
    assert most([odd, odd, odd, TALK], _backwards("start", "end")) == [odd, odd, odd]


def test_calls_without_an_answer_are_not_counted() -> None:
    unanswered, early = call("00:00", "", "01:00", "0"), call("01:00", "00:00", "02:00", "5")
    assert most([unanswered] * 9 + [early] * 3, _backwards("start", "answer")) == [early] * 3


def test_a_second_is_rounding() -> None:
    assert _backwards("start", "answer")(call("00:02", "00:01", "01:00", "59")) is False


@pytest.mark.parametrize(
    ("billsec", "longer", "far_shorter"),
    [
        ("300", False, False),
        ("360", False, False),  # counted in whole minutes
        ("300000", True, False),
        ("5", False, True),
        ("0", None, None),
        ("", None, None),
    ],
)
def test_seconds_of_a_talk(billsec: str, longer: bool | None, far_shorter: bool | None) -> None:
    talk = TALK | {"billsec": billsec}
    assert _longer("billsec", "answer")(talk) is longer
    assert _far_shorter("billsec")(talk) is far_shorter


def test_short_talks_tell_nothing_of_minutes() -> None:
    assert _far_shorter("billsec")(call("00:00", "00:10", "01:10", "1")) is None
