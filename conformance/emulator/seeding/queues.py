"""Calls to the queues of the call centre, with the steps each took."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from conformance.emulator.calls import (
    CLEARED,
    INBOUND,
    INTERNAL,
    UNANSWERED,
    QueueCall,
    QueueStep,
    timestamp,
)
from conformance.emulator.model import User
from conformance.emulator.seeding import names
from conformance.emulator.seeding.people import external_number
from conformance.emulator.seeding.traffic import start_times

LEAST = 320
_GREETING_S = 8


def queue_calls(
    random: Random, count: int, users: Sequence[User], now: datetime
) -> list[QueueCall]:
    """Return call-centre records by start, each with one to three steps."""
    starts = sorted(start_times(random, count, now - timedelta(hours=1)))
    return [_call(random, str(number), start, users) for number, start in enumerate(starts, 1)]


def _call(random: Random, number: str, start: datetime, users: Sequence[User]) -> QueueCall:
    answered = random.random() < 0.8  # noqa: PLR2004 - four in five
    operator = random.choice(users).exten if answered else ""
    steps = _steps(random, number, start, operator)
    talking = random.randrange(20, 600) if answered else 0
    answer = steps[-1].answer_time
    end = timestamp(datetime.fromisoformat(steps[-1].exit_time) + timedelta(seconds=talking))
    inbound = random.random() < 0.9  # noqa: PLR2004 - nine in ten
    withheld = inbound and random.random() < 0.1  # noqa: PLR2004 - one in ten
    gateway_id, gateway_name = random.choice(names.GATEWAYS) if inbound else ("", "")
    caller = external_number(random) if inbound else random.choice(users).exten
    return QueueCall(
        id=number,
        direction=INBOUND if inbound else INTERNAL,
        caller_num="" if withheld else caller,
        called_num=f"930{steps[0].destination_id}",
        operator=operator,
        gateway_id=gateway_id,
        gateway_name=gateway_name,
        waiting_time=str(sum(int(step.waiting_time) for step in steps)),
        conversation_time=str(talking),
        status=CLEARED if answered else UNANSWERED,
        start=timestamp(start),
        answer=answer,
        end=end,
        details=steps,
    )


def _steps(random: Random, number: str, start: datetime, operator: str) -> tuple[QueueStep, ...]:
    count, moment, steps = random.randrange(1, 4), start, []
    for index, (queue_id, queue_name) in enumerate(random.sample(names.QUEUES, k=count), 1):
        last = index == count
        waited = random.randrange(_GREETING_S + 1, 120)
        exit_time = moment + timedelta(seconds=waited)
        answered = last and operator != ""
        steps.append(
            QueueStep(
                id=f"{number}{index}",
                destination="QUEUE",
                destination_id=queue_id,
                destination_name=queue_name,
                queue_open="true",
                operator=operator if answered else "",
                enter_time=timestamp(moment),
                enqueue_time=timestamp(moment + timedelta(seconds=_GREETING_S)),
                answer_time=timestamp(exit_time) if answered else "",
                exit_time=timestamp(exit_time),
                exit_cause="ANSWERED" if answered else "ABANDONED" if last else "TIMEOUT",
                waiting_time=str(waited),
                waiting_time_no_greeting=str(waited - _GREETING_S),
            )
        )
        moment = exit_time
    return tuple(steps)
