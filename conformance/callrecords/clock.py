"""The PBX's clock, which the defaults of an interval follow (RD-41).

Timestamps of call records carry no time zone, so the Date header alone does not tell the PBX's
time. The PBX itself does: without `<end>` an interval ends now, and one that begins later is
rejected with code 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.wire.exchange import Exchange

__all__ = ["Clock", "measure", "moment", "written"]

INVALID_INTERVAL = 11
LONG_AGO, FAR_AHEAD = datetime(1990, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - no zone
TOLERANCE = timedelta(minutes=2)
PRECISION = timedelta(minutes=1)
# How far the time of a place on earth can be off UTC.
WESTERNMOST, EASTERNMOST = timedelta(hours=-12), timedelta(hours=14)
FORMAT = "%Y-%m-%d %H:%M:%S"
# Beyond these a day more or less may be no date any more, or no clock that anything runs by.
FIRST_YEAR, LAST_YEAR = 1969, 2100


@dataclass(frozen=True, slots=True)
class Clock:
    """The PBX's local time when it was asked for, between two moments, and how it was found.

    `utc` is the time of its Date header, or of this machine if there is none.
    """

    earliest: datetime
    latest: datetime
    utc: datetime
    said: str

    @property
    def month(self) -> datetime | None:
        """When the month began on the PBX; None where that is not sure."""
        first, other = (
            time.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            for time in (self.earliest, self.latest)
        )
        return first if first == other else None


def written(time: datetime) -> str:
    """A moment as the guide writes it."""
    return time.isoformat(" ", "seconds")


def moment(text: str) -> datetime | None:
    """The moment that a text in the guide's format stands for.

    None if it is none, or one at the end of the calendar, with which nothing can be computed.
    """
    try:
        found = datetime.strptime(text, FORMAT)  # noqa: DTZ007 - the guide's have no zone
    except ValueError:
        return None
    return found if MINYEAR < found.year < MAXYEAR else None


def measure(begin_at: Callable[[datetime], Exchange]) -> Clock:
    """Find out what time it is on the PBX.

    Args:
        begin_at: asks for the calls from a moment on, without an end.
    """

    def ahead(begin: datetime) -> bool:
        return begin_at(begin).code == INVALID_INTERVAL

    first = begin_at(FAR_AHEAD)
    aware, offset_s = _utc_of(first)
    utc = aware.replace(tzinfo=None)
    if first.code != INVALID_INTERVAL:
        return _anywhere(utc, "a begin in the year 2100 was accepted")
    guess = aware.astimezone().replace(tzinfo=None)
    if ahead(guess + TOLERANCE) and not ahead(guess - TOLERANCE):
        said = f"the PBX's clock is {offset_s:+.0f} s off this machine's"
        return Clock(guess - TOLERANCE, guess + TOLERANCE, utc, said)
    earliest, latest = LONG_AGO, FAR_AHEAD
    while latest - earliest > PRECISION:
        middle = earliest + (latest - earliest) / 2
        earliest, latest = (earliest, middle) if ahead(middle) else (middle, latest)
    said = f"code 11 puts the PBX's now at {written(earliest)}, its Date header at {written(utc)}"
    if not utc + WESTERNMOST <= earliest <= utc + EASTERNMOST:
        return _anywhere(utc, said)
    return Clock(earliest, latest, utc, f"{said} UTC")


def _anywhere(utc: datetime, said: str) -> Clock:
    said = f"{said}: the PBX's local time is unknown"
    return Clock(utc + WESTERNMOST, utc + EASTERNMOST, utc, said)


def _utc_of(exchange: Exchange) -> tuple[datetime, float]:
    """The PBX's time in UTC by its Date header, and how far it is off ours.

    Ours without a Date, or with one that can't be computed with.
    """
    ours = exchange.started + timedelta(seconds=exchange.seconds)
    text = exchange.response.header("date") if exchange.response else ""
    try:
        theirs = parsedate_to_datetime(text)
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        theirs = theirs.astimezone(UTC)
    except (ValueError, OverflowError, IndexError):
        return ours, 0.0
    if not FIRST_YEAR <= theirs.year < LAST_YEAR:
        return ours, 0.0
    return theirs, round((theirs - ours).total_seconds())
