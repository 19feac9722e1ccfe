"""Sequences of requests, held against a model of the configuration: fixed ones and drawn ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from conformance.behaviour import scripts
from conformance.behaviour.ground import Ground
from conformance.behaviour.hunt import hunt, play
from conformance.behaviour.kinds import CALLGROUP, CONTACT, DNS, INTERFACE, ROUTE, USER
from conformance.check import requirement
from conformance.search import EXAMPLES, generated

if TYPE_CHECKING:
    from conformance.behaviour.shrink import Trace
    from conformance.check import Check

FULL_S = 30.0
PENDING = (
    "pbx.pending.get.true-after-change",
    "pbx.apply.put.survives-revert",
    "pbx.revert.put.restores-values",
)
REVERTED = ("pbx.revert.put.drops-additions", "pbx.revert.put.restores-deletions")
USERS = (
    "users.configs.post.listed",
    "users.configs.exten.put.stored",
    "users.configs.exten.put.partial",
    "users.configs.exten.delete.gone",
)
CALLGROUPS = (
    "pbx.callgroups.post.listed",
    "pbx.callgroups.callgroupid.put.stored",
    "pbx.callgroups.callgroupid.put.partial",
    "pbx.callgroups.callgroupid.put.members-replaced",
    "pbx.callgroups.callgroupid.delete.gone",
)
CONTACTS = (
    "phonebook.contacts.post.listed",
    "phonebook.contacts.put.stored",
    "phonebook.contacts.id.delete.gone",
)


@requirement(*USERS, *PENDING, *REVERTED)
def test_life_of_an_extension(check: Check) -> None:
    play(check, Ground(check, (USER,)), scripts.EXTENSIONS)


@requirement(*CALLGROUPS, *PENDING, *REVERTED)
def test_life_of_a_callgroup(check: Check) -> None:
    play(check, Ground(check, (USER, CALLGROUP)), scripts.CALLGROUPS)


@requirement(*CONTACTS)
def test_life_of_a_contact(check: Check) -> None:
    play(check, Ground(check, (USER, CONTACT)), scripts.CONTACTS)


@pytest.mark.parametrize("script", [scripts.DNS_ADDRESS, scripts.ROUTES], ids=["dns", "routes"])
@requirement(*PENDING)
def test_network_waits_for_apply(check: Check, script: Trace) -> None:
    ground = Ground(check, (USER, ROUTE, DNS, INTERFACE))
    if not ground.network:
        check.not_run("no static route and no DNS address may be written in this run")
    play(check, ground, script)


@generated
@requirement(*USERS, *CALLGROUPS, *CONTACTS, *PENDING, *REVERTED)
def test_drawn_sequences_do_what_the_guide_says(check: Check) -> None:
    examples = check.sut.examples
    seconds = FULL_S if examples <= EXAMPLES["full"] else math.inf
    fixed = (scripts.EXTENSIONS, scripts.CALLGROUPS, scripts.CONTACTS, scripts.DNS_ADDRESS)
    ground = Ground(check)
    hunt(check, ground, *fixed, scripts.ROUTES, examples=examples // 2, seconds=seconds)
