"""Everything an emulated PBX holds when it is first switched on."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from conformance.emulator.calls import CallRecord, QueueCall
from conformance.emulator.configuration import Configuration
from conformance.emulator.model import DEFAULT_ROUTE, Conference, Contact, Interface, Route
from conformance.emulator.seeding.people import callgroups, conferences, contacts, extensions
from conformance.emulator.seeding.queues import LEAST, queue_calls
from conformance.emulator.seeding.traffic import call_records
from conformance.emulator.settings import EmulatorSettings

_FIRST_NEW_ID = 100


@dataclass(frozen=True, slots=True)
class World:
    """The generated contents."""

    configuration: Configuration
    contacts: list[Contact]
    conferences: list[Conference]
    calls: list[CallRecord]
    queue_calls: list[QueueCall]
    activation_key: str
    next_id: int


def build_world(settings: EmulatorSettings, now: datetime) -> World:
    """Generate everything from the settings' seed; the calls end at `now`."""
    random = Random(settings.seed)  # noqa: S311 - nothing here is secret
    users = extensions(random, settings.users)
    groups = callgroups(random, users)
    queued = max(LEAST, settings.calls // 5) if settings.calls else 0
    return World(
        configuration=Configuration(
            users={user.exten: user for user in users},
            callgroups={group.id: group for group in groups},
            interfaces={interface.id: interface for interface in _interfaces()},
            routes={route.id: route for route in _routes()},
            dns="192.168.23.1",
        ),
        contacts=contacts(random, users),
        conferences=conferences(random),
        calls=call_records(random, settings.calls, users, now),
        queue_calls=queue_calls(random, queued, users, now),
        activation_key=_activation_key(random),
        next_id=_FIRST_NEW_ID,
    )


def _interfaces() -> tuple[Interface, ...]:
    return (
        Interface(1, "eth0", True, "192.168.23.50", "255.255.255.0"),
        Interface(2, "eth1", True, "0.0.0.0", "0.0.0.0"),  # noqa: S104 - means DHCP
        Interface(3, "eth2", False, "10.20.0.1", "255.255.0.0"),
    )


def _routes() -> tuple[Route, ...]:
    return (
        Route(1, True, DEFAULT_ROUTE, "192.168.23.100"),
        Route(2, True, "172.16.0.0/12", "192.168.23.254"),
    )


def _activation_key(random: Random) -> str:
    return "-".join(f"{random.randrange(16**4):04X}" for _ in range(4))
