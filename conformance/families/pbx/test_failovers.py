"""Checks of the failovers that are configured (GET /pbx/callgroups, the values of `<type>`).

They are judged as far as the API shows what they lead to: extensions and callgroups it lists,
queues, IVR menus and checktimes it does not. That a target no longer exists is not judged; that
none is named is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check import requirement
from conformance.families.pbx.callgroups import Callgroups
from conformance.families.pbx.failovers import (
    Failover,
    configured_failovers,
    same_words,
    states_identity,
)
from conformance.objects import Extensions, assert_at_rest, one

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.check import Check
    from conformance.wire.exchange import Exchange

LIST = "pbx.callgroups.get"
EXTERNAL = "FORWARD_TO_EXTERNAL_NUMBER"
# Queues, IVR menus and checktimes: the API shows none of them.
ELSEWHERE = {
    "FORWARD_TO_QUEUE_WITHOUT_CHECKTIME",
    "FORWARD_TO_QUEUE_WITH_CHECKTIME",
    "FORWARD_TO_IVR",
    "FORWARD_TO_CHECKTIME",
}


def failovers(
    check: Check, wanted: Callable[[Failover], bool], said: str
) -> list[tuple[Failover, Exchange]]:
    """The failovers to judge, each with the exchange that showed it.

    Raises:
        NotRun: there is none on this PBX.
    """
    found = [shown for shown in configured_failovers(check) if wanted(shown[0])]
    if not found:
        check.not_run(f"no callgroup and no extension of this PBX has a failover to {said}")
    return found


def state(
    check: Check, word: str, shown: tuple[Failover, Exchange], held: object, expected: str
) -> None:
    """State what must hold for a failover; the list of callgroups or of users that showed it."""
    failover, exchange = shown
    observed = f"the failover of {failover.owner} has "
    observed += f"name {failover.name!r}, value {failover.value!r}"
    if failover.type == EXTERNAL:
        observed += f", gateway {failover.gateway_type!r} {failover.gateway_id!r}"
    where = f"{failover.owner}, {failover.type}: {expected}"
    if not held:  # a name may be pending where it is defined, and not yet where it is shown
        assert_at_rest(check)
    check.that(f"{LIST}.failover-{word}", held, where, observed, exchange)


def is_number(word: str) -> bool:
    """Whether a value is a non-negative whole number (RD-30)."""
    return word.isascii() and word.isdigit()


@requirement(f"{LIST}.failover-exten")
def test_failover_to_an_extension_carries_its_identity(check: Check) -> None:
    users, judged = Extensions(check).listed(), 0
    said = "an extension"
    for shown in failovers(check, lambda item: item.type == "FORWARD_TO_EXTEN", said):
        failover, _ = shown
        state(check, "exten", shown, is_number(failover.value), "an extension number as value")
        if failover.value in users:
            user, judged = users[failover.value], judged + 1
            first, last = one(user, "first_name"), one(user, "last_name")
            held = states_identity(failover.name, first, last)
            state(check, "exten", shown, held, f"the name {first} {last}")
    if not judged:
        check.not_run("no failover leads to an extension that is listed")


@requirement(f"{LIST}.failover-callgroup")
def test_failover_to_a_callgroup_carries_its_name(check: Check) -> None:
    groups, judged = Callgroups(check).shown(), 0
    names = {group.name for group in groups.values()}
    for shown in failovers(check, lambda item: "_CALLGROUP_" in item.type, "a callgroup"):
        failover, _ = shown
        swapped = failover.value in names and failover.name in groups
        held = failover.value in groups or (failover.value and not swapped)
        state(check, "callgroup", shown, held, "the callgroup's id as value")
        if failover.value in groups:
            name, judged = groups[failover.value].name, judged + 1
            state(check, "callgroup", shown, same_words(failover.name, name), f"the name {name}")
    if not judged:
        check.not_run("no failover leads to a callgroup that is listed")


@requirement(f"{LIST}.failover-empty-name")
def test_failover_to_a_number_has_no_name(check: Check) -> None:
    kinds = {"FORWARD_TO_VOICEMAIL", EXTERNAL}
    said = "a voicemail or an external number"
    for shown in failovers(check, lambda item: item.type in kinds, said):
        failover, _ = shown
        state(check, "empty-name", shown, not failover.name, "an empty name")


@requirement(f"{LIST}.failover-gateway")
def test_failover_to_an_external_number_has_an_outbound_line(check: Check) -> None:
    for shown in failovers(check, lambda item: item.type == EXTERNAL, "an external number"):
        failover, _ = shown
        held = failover.gateway_type and failover.gateway_id
        state(check, "gateway", shown, held, "a gateway type and a gateway id")


@requirement(f"{LIST}.failover-by-id")
def test_failover_to_something_else_carries_its_id(check: Check) -> None:
    said = "a queue, an IVR menu or a checktime"
    for shown in failovers(check, lambda item: item.type in ELSEWHERE, said):
        failover, _ = shown
        state(check, "by-id", shown, is_number(failover.value), "a value that is an id (RD-30)")
