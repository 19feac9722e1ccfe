"""The generated contents: repeatable, of the size asked for, and as varied as real ones."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from conformance.emulator.calls import CallRecord
from conformance.emulator.seeding import World, build_world
from conformance.emulator.settings import EmulatorSettings

NOW = datetime(2014, 5, 20, 0, 0, 5)  # noqa: DTZ001 - local time


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(EmulatorSettings(), NOW)


def test_same_seed_same_world(world: World) -> None:
    assert build_world(EmulatorSettings(), NOW) == world
    assert build_world(EmulatorSettings(seed=1), NOW) != world


def test_the_time_of_day_changes_only_times(world: World) -> None:
    later = build_world(EmulatorSettings(), NOW + timedelta(hours=9))
    assert sorted(map(parties, later.calls)) == sorted(map(parties, world.calls))


def parties(call: CallRecord) -> tuple[str, ...]:
    return (call.direction, call.status, call.caller_num, call.called_num, call.called_name)


@pytest.mark.parametrize(("users", "calls"), [(1, 0), (1, 1), (3, 10_000), (9_500, 10)])
def test_sizes(users: int, calls: int) -> None:
    world = build_world(EmulatorSettings(users=users, calls=calls), NOW)
    assert len(world.configuration.users) == users
    assert len(world.calls) == calls
    assert not [exten for exten in world.configuration.users if 9000 <= int(exten) < 10000]


def test_calls_are_consistent(world: World) -> None:
    users = world.configuration.users
    assert all(a.start <= b.start for a, b in pairwise(world.calls))
    for call in world.calls:
        start, end = map(datetime.fromisoformat, (call.start, call.end))
        assert NOW - timedelta(days=60) <= start <= end <= NOW
        assert int(call.duration) == (end - start).total_seconds()
        assert (call.answer != "") == (call.status == "8")
        if call.answer:
            talked = end - datetime.fromisoformat(call.answer)
            assert int(call.billsec) == talked.total_seconds()
        assert (call.gateway_id == "") == (call.direction == "4")
        assert call.direction == "1" or call.caller_num in users
        assert call.direction == "2" or call.called_num in users


def test_calls_are_varied(world: World) -> None:
    calls = world.calls
    assert {call.direction for call in calls} == {"1", "2", "4"}
    assert {call.status for call in calls} == {"1", "2", "3", "4", "8"}
    minutes = [call.start[:16] for call in calls]
    assert len(set(minutes)) < len(minutes)
    assert any(call.start[:16] != call.end[:16] for call in calls)
    assert any(call.called_callgroup for call in calls)
    text = "".join(call.caller_name for call in calls)
    for sign in "&<'òΠД王ل𠮷":
        assert sign in text, sign


def test_people_are_varied(world: World) -> None:
    users = world.configuration.users.values()
    assert {user.enabled for user in users} == {True, False}
    assert {user.registration.status for user in users} == {"OK", "UNREACHABLE", "UNKNOWN"}
    assert {user.vm_enabled for user in users} == {True, False}
    assert any(user.failover and user.failover.gateway_type for user in users)
    assert {contact.private for contact in world.contacts} == {True, False}
