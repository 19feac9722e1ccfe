"""Extensions, callgroups, conference rooms and contacts."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from conformance.emulator.access import md5
from conformance.emulator.failover import EXTERNAL_NUMBER
from conformance.emulator.model import (
    INCOMING,
    Callgroup,
    Conference,
    Contact,
    Failover,
    Mailbox,
    Priority,
    Registration,
    User,
)
from conformance.emulator.seeding import names

FIRST_EXTENSION = 101
# Left to conference rooms, callgroups and whoever tests: no generated extension is in here.
_RESERVED = range(9000, 10000)
_GROUP_SELECTION, _ROOM_SELECTION = 9300, 9200
_CONTACTS = 24


def secret(random: Random) -> str:
    """Return a password that the PBX made up."""
    return "".join(random.choices("abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ23456789", k=12))


def external_number(random: Random) -> str:
    """Return a telephone number outside the PBX."""
    prefix = random.choice(("0049891", "00331", "06", "02", "050", "347", "800"))
    return prefix + str(random.randrange(100_000, 9_999_999))


def extensions(random: Random, count: int) -> list[User]:
    """Return the extensions; some are disabled, some unreachable, some never registered."""
    return [_user(random, exten, index) for index, exten in enumerate(_numbers(count))]


def callgroups(random: Random, users: Sequence[User]) -> list[Callgroup]:
    """Return `incoming` and a few others, their members drawn from the extensions."""
    incoming = Callgroup(INCOMING, "Incoming", (_priority(random, 1, users),))
    groups = [replace(incoming, failover=_outside())]
    for index, name in enumerate(names.CALLGROUPS, start=1):
        groups.append(
            Callgroup(
                id=str(index),
                name=name,
                priorities=tuple(_priority(random, n + 1, users) for n in range(1 + index % 3)),
                # A selection is optional: the last group has none.
                selection=str(_GROUP_SELECTION + index) if index < len(names.CALLGROUPS) else "",
                enabled=index != 3,  # noqa: PLR2004 - any one of them
                timeout=random.choice((15, 20, 30, 45)),
                failover=_group_failover(index, users),
            )
        )
    return groups


def conferences(random: Random) -> list[Conference]:
    """Return the conference rooms; some can't be called from outside, some have no PIN."""
    return [
        Conference(
            name=name,
            enabled=enabled,
            internal=str(_ROOM_SELECTION + index),
            external=external_number(random) if index % 2 else "",
            admin_pin=str(random.randrange(1000, 9999)),
            user_pin=str(random.randrange(1000, 9999)) if index % 2 else "",
        )
        for index, (name, enabled) in enumerate(names.ROOMS)
    ]


def contacts(random: Random, users: Sequence[User]) -> list[Contact]:
    """Return the phonebook: mostly system contacts, some private ones."""
    return [_contact(random, str(number), users) for number in range(1, _CONTACTS + 1)]


def _numbers(count: int) -> Iterator[str]:
    free = (number for number in itertools.count(FIRST_EXTENSION) if number not in _RESERVED)
    return (str(number) for number in itertools.islice(free, count))


def _user(random: Random, exten: str, index: int) -> User:
    first, last = names.PEOPLE[index % len(names.PEOPLE)]
    # The first extension is always fit to be called: click2call needs one.
    enabled = index == 0 or random.random() > 0.1  # noqa: PLR2004 - one in ten
    voicemail = index % 3 == 0
    return User(
        exten=exten,
        sip_secret=secret(random),
        first_name=first,
        last_name=last,
        gui_secret_md5=md5(secret(random)),
        enabled=enabled,
        phonebook_manager=index % 7 == 0,
        vm_enabled=voicemail,
        vm_secret=str(random.randrange(1000, 9999)) if voicemail else "",
        vm_email=f"interno{exten}@pbx.example" if voicemail else "",
        vm_attach_enabled=voicemail and index % 2 == 0,
        vm_message_delete=voicemail and index % 4 == 0,
        failover=_user_failover(random, exten, index),
        registration=_registration(random, exten, index) if enabled else Registration(),
        mailbox=Mailbox(*(random.randrange(6) for _ in range(3))) if voicemail else Mailbox(),
    )


def _registration(random: Random, exten: str, index: int) -> Registration:
    kind = "OK" if index == 0 else random.choice(("OK", "OK", "OK", "UNREACHABLE", "UNKNOWN"))
    if kind == "UNKNOWN":
        return Registration()
    address, port = f"10.{index // 62_500}.{index // 250 % 250}.{1 + index % 250}", "5060"
    return Registration(
        status=kind,
        # A telephone that answers may have no round trip measured yet.
        rtt=f"{random.randrange(2, 180)} ms" if kind == "OK" and index % 5 else "",
        contact=f"sip:{exten}@{address}:{port}",
        ip=address,
        port=port,
        useragent=names.TELEPHONES[index % len(names.TELEPHONES)],
    )


def _user_failover(random: Random, exten: str, index: int) -> Failover | None:
    if index % 3 == 0:
        return Failover("FORWARD_TO_VOICEMAIL", value=exten)
    if index % 5 == 0:
        gateway_id, gateway_name = random.choice(names.GATEWAYS)
        return Failover(
            EXTERNAL_NUMBER,
            intro="Attendere, prego",
            value=external_number(random),
            gateway_type="GATEWAY",
            gateway_id=gateway_id,
            gateway_name=gateway_name,
        )
    return Failover("HANGUP") if index % 4 == 0 else None


def _outside() -> Failover:
    gateway_id, gateway_name = names.GATEWAYS[0]
    return Failover(
        EXTERNAL_NUMBER,
        value="0507654321",
        gateway_type="TRUNK",
        gateway_id=gateway_id,
        gateway_name=gateway_name,
    )


def _group_failover(index: int, users: Sequence[User]) -> Failover | None:
    operator, (queue_id, queue_name) = users[0], names.QUEUES[0]
    return (
        Failover("FORWARD_TO_EXTEN", name=operator.identity, value=operator.exten),
        Failover("FORWARD_TO_QUEUE_WITH_CHECKTIME", "Benvenuti", queue_name, queue_id),
        Failover("FORWARD_TO_CALLGROUP_WITHOUT_CHECKTIME", name="Incoming", value=INCOMING),
        None,
    )[index % 4]


def _priority(random: Random, number: int, users: Sequence[User]) -> Priority:
    members = random.sample(users, k=min(len(users), random.randrange(1, 5)))
    return Priority(number, tuple(user.exten for user in members))


def _contact(random: Random, number: str, users: Sequence[User]) -> Contact:
    first, last = random.choice(names.PEOPLE)
    return Contact(
        id=number,
        first_name=first,
        last_name=last,
        phone=external_number(random),
        organization=random.choice(names.ORGANISATIONS),
        organizational_unit=random.choice(names.UNITS),
        mail=f"contatto{number}@rubrica.example",
        speed_dial=number if random.random() > 0.5 else "",  # noqa: PLR2004 - every other one
        owner=random.choice(users).exten if int(number) % 6 == 0 else "-1",
    )
