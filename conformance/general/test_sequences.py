"""Sequences of requests, held against a model of the configuration: fixed ones and drawn ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.behaviour import values
from conformance.behaviour.ground import Ground
from conformance.behaviour.hunt import hunt
from conformance.behaviour.kinds import CALLGROUP, CONTACT, USER
from conformance.check import requirement
from conformance.search import EXAMPLES, generated

if TYPE_CHECKING:
    from conformance.check import Check

FULL_S = 30.0
CONFIGURATION = (
    "users.configs.post.listed",
    "users.configs.post.stored",
    "users.configs.post.others-untouched",
    "users.configs.exten.put.stored",
    "users.configs.exten.put.partial",
    "users.configs.exten.put.others-untouched",
    "users.configs.exten.delete.gone",
    "users.configs.exten.delete.others-untouched",
    "pbx.callgroups.post.listed",
    "pbx.callgroups.post.stored",
    "pbx.callgroups.callgroupid.put.stored",
    "pbx.callgroups.callgroupid.put.partial",
    "pbx.callgroups.callgroupid.put.members-replaced",
    "pbx.callgroups.callgroupid.delete.gone",
    "phonebook.contacts.post.listed",
    "phonebook.contacts.post.stored",
    "phonebook.contacts.put.stored",
    "phonebook.contacts.id.delete.gone",
)
REVERTED = (
    "pbx.revert.put.drops-additions",
    "pbx.revert.put.restores-values",
    "pbx.revert.put.restores-deletions",
)


@generated
@requirement(*CONFIGURATION, *REVERTED)
def test_drawn_sequences_do_what_the_guide_says(check: Check) -> None:
    examples = check.sut.examples
    seconds = FULL_S if examples <= EXAMPLES["full"] else math.inf
    hunt(check, examples=examples, seconds=seconds)
