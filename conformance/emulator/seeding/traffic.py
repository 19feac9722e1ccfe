"""Sixty days of calls, as a PBX records them."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
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


def call_records(
    random: Random, count: int, users: Sequence[User], now: datetime
) -> list[CallRecord]:
    """Return calls by start, the last of which ended before now."""
    starts = sorted(_starts(random, count, now))
    return [
        _call(random, index, start, users, now, index < count * _WITHOUT_UNIQUE_ID)
        for index, start in enumerate(starts)
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
    edges = [midnight - timedelta(seconds=30) for midnight in midnights[: count // 20]]
    return start_times(random, count - len(edges), now) + edges


def _call(  # noqa: PLR0913, PLR0917 - what a call depends on
    random: Random,
    index: int,
    start: datetime,
    users: Sequence[User],
    now: datetime,
    old: bool,
) -> CallRecord:
    status = random.choices(_STATUSES, _WEIGHTS)[0]
    ringing = random.randrange(2, 40)
    talking = int(random.expovariate(1 / 150)) + 90 if status == CLEARED else 0
    end = min(start + timedelta(seconds=ringing + talking), now)
    answer = min(start + timedelta(seconds=ringing), end)
    answered = status == CLEARED
    unique_id = "" if old else f"{_epoch(start)}.{_FIRST_UNIQUE_ID + index}"
    return CallRecord(
        unique_id=unique_id,
        id=str(index + 1),
        **_parties(random, users),
        status=status,
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
