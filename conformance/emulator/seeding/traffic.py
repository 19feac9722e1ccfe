"""Sixty days of calls, as a PBX records them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from operator import itemgetter
from random import Random

from conformance.emulator.calls import (
    BUSY,
    CLEARED,
    CONGESTION,
    FAILED,
    INBOUND,
    INTERNAL,
    OUTBOUND,
    UNANSWERED,
    CallRecord,
    timestamp,
)
from conformance.emulator.model import User
from conformance.emulator.seeding import names
from conformance.emulator.seeding.people import external_number

PERIOD = timedelta(days=60)

_STATUSES = (CLEARED, UNANSWERED, BUSY, CONGESTION, FAILED)
_WEIGHTS = (70, 16, 8, 3, 3)
_FIRST_UNIQUE_ID = 1000
# Calls from before the firmware that knows unique ids: the oldest of them.
_WITHOUT_UNIQUE_ID = 0.05
_EDGES = 8


@dataclass(frozen=True, slots=True)
class _Course:
    """What happens in a call, whenever it is."""

    status: str
    ringing_s: int
    talking_s: int
    parties: dict[str, str]


def call_records(
    random: Random, count: int, users: Sequence[User], now: datetime
) -> list[CallRecord]:
    """Return calls by start, the last of which ended before now."""
    # Drawn before they are sorted: what happens in them must not hang on the time of day.
    drawn = [(start, _course(random, users)) for start in _starts(random, count, now)]
    return [
        _call(index, start, course, now, index < count * _WITHOUT_UNIQUE_ID)
        for index, (start, course) in enumerate(sorted(drawn, key=itemgetter(0)))
    ]


def start_times(random: Random, count: int, now: datetime) -> list[datetime]:
    """Return moments of the period; every tenth shares its minute with the one before."""
    seconds = int(PERIOD.total_seconds())
    moments: list[datetime] = []
    for index in range(count):
        if index % 10 == 9 and moments:  # noqa: PLR2004 - every tenth
            moments.append(moments[-1] + timedelta(seconds=random.randrange(20)))
        else:
            moments.append(now - timedelta(seconds=random.randrange(3600, seconds)))
    return moments


def _starts(random: Random, count: int, now: datetime) -> list[datetime]:
    # A few calls that last over midnight, whose start and end lie on both sides of a day's edge.
    midnights = [
        datetime.combine(now.date(), time()) - timedelta(days=day) for day in range(_EDGES)
    ]
    edges = [midnight - timedelta(seconds=1) for midnight in midnights[: count // 20]]
    return start_times(random, count - len(edges), now) + edges


def _course(random: Random, users: Sequence[User]) -> _Course:
    status = random.choices(_STATUSES, _WEIGHTS)[0]
    talking_s = int(random.expovariate(1 / 150)) + 5 if status == CLEARED else 0
    return _Course(status, random.randrange(2, 40), talking_s, _parties(random, users))


def _call(index: int, start: datetime, course: _Course, now: datetime, old: bool) -> CallRecord:
    end = min(start + timedelta(seconds=course.ringing_s + course.talking_s), now)
    answer = min(start + timedelta(seconds=course.ringing_s), end)
    answered = course.status == CLEARED
    return CallRecord(
        unique_id="" if old else f"{_epoch(start)}.{_FIRST_UNIQUE_ID + index}",
        id=str(index + 1),
        **course.parties,
        status=course.status,
        billsec=str(int((end - answer).total_seconds()) if answered else 0),
        start=timestamp(start),
        answer=timestamp(answer) if answered else "",
        end=timestamp(end),
        duration=str(int((end - start).total_seconds())),
    )


def _parties(random: Random, users: Sequence[User]) -> dict[str, str]:
    direction = random.choices((INBOUND, OUTBOUND, INTERNAL), (45, 35, 20))[0]
    user, other = random.choice(users), random.choice(users)
    gateway_id, gateway_name = ("", "") if direction == INTERNAL else random.choice(names.GATEWAYS)
    first, last = random.choice(names.PEOPLE)
    outside = (external_number(random), f"{first} {last}" if random.random() < 0.7 else "")  # noqa: PLR2004
    if direction == INBOUND and random.random() < 0.1:  # noqa: PLR2004 - withheld
        outside = ("", "")
    inside, peer = (user.exten, user.identity), (other.exten, other.identity)
    caller, called = {
        INBOUND: (outside, inside),
        OUTBOUND: (inside, outside),
        INTERNAL: (inside, peer),
    }[direction]
    through_group = direction == INBOUND and random.random() < 0.3  # noqa: PLR2004
    return {
        "direction": direction,
        "caller_num": caller[0],
        "caller_name": caller[1],
        "called_num": called[0],
        "called_name": called[1],
        "called_callgroup": random.choice(names.CALLGROUPS) if through_group else "",
        "gateway_id": gateway_id,
        "gateway_name": gateway_name,
    }


def _epoch(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - local time
