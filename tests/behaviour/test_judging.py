"""Which requirement is broken where the PBX differs from the model."""

from __future__ import annotations

import pytest

from conformance import catalogue
from conformance.behaviour.judging import (
    AFTER_CHANGE,
    LOST,
    SURVIVES,
    SURVIVES_REBOOT,
    UNDONE,
    Cause,
    after_apply,
    after_revert,
)
from conformance.behaviour.kinds import CALLGROUP, CONTACT, DNS, KINDS, ROUTE, USER, Kind, Verb
from conformance.behaviour.model import Difference, Model, What

REQUIREMENTS = catalogue.load().requirements


def verbs() -> list[tuple[Kind, Verb]]:
    return [
        (kind, verb)
        for kind in KINDS.values()
        for verb in (kind.add, kind.change, kind.remove)
        if verb is not None
    ]


def test_every_requirement_that_can_be_blamed_is_in_the_catalogue() -> None:
    blamed = {AFTER_CHANGE, LOST, SURVIVES, SURVIVES_REBOOT, *UNDONE.values()}
    for kind, verb in verbs():
        blamed |= {
            verb.requirement(name) for name in (verb.effect, verb.others, verb.rejected, "code-0")
        }
        if verb is not kind.remove:
            blamed |= {verb.requirement(verb.stored), verb.requirement(verb.kept)}
        blamed |= {verb.requirement(f"code-{code}") for code in verb.refusals}
    blamed.add("pbx.callgroups.callgroupid.put.members-replaced")
    for kind in KINDS.values():
        for sight in kind.sights:
            blamed |= {f"{sight.one_stem}.{name}" for name in ("own-record", "unknown")} if (
                sight.one
            ) else set()  # fmt: skip
            blamed |= {sight.twice} - {""}
    assert blamed <= REQUIREMENTS.keys()


@pytest.mark.parametrize(
    ("kind", "verb", "difference", "requirement"),
    [
        (USER, USER.add, Difference("9000", What.MISSING), "users.configs.post.listed"),
        (USER, USER.add, Difference("101", What.CHANGED, ("enabled",)),
         "users.configs.post.others-untouched"),
        (USER, USER.change, Difference("9000", What.CHANGED, ("first_name",)),
         "users.configs.exten.put.stored"),
        (USER, USER.change, Difference("9000", What.CHANGED, ("vm_email",)),
         "users.configs.exten.put.partial"),
        (USER, USER.remove, Difference("9000", What.EXTRA), "users.configs.exten.delete.gone"),
        (CALLGROUP, CALLGROUP.change, Difference("9000", What.CHANGED, ("members",)),
         "pbx.callgroups.callgroupid.put.members-replaced"),
        (CONTACT, CONTACT.change, Difference("9000", What.CHANGED, ("mail",)),
         "phonebook.contacts.put.stored"),
        (ROUTE, ROUTE.remove, Difference("8", What.MISSING),
         "system.network.routes.id.delete.others-untouched"),
    ],
)  # fmt: skip
def test_request_is_blamed_for_what_it_should_have_done(
    kind: Kind, verb: Verb, difference: Difference, requirement: str
) -> None:
    cause = Cause(verb, kind, "9000", frozenset({"first_name", "members"}))
    assert cause.requirement(kind, difference, {}) == requirement


def test_rejected_request_is_blamed_for_whatever_changed() -> None:
    assert DNS.change is not None
    cause = Cause(DNS.change, DNS, "", rejected=True)
    difference = Difference("", What.CHANGED, ("ip_address",))
    rejected = "system.network.dns.put.rejected-changes-nothing"
    assert cause.requirement(DNS, difference, {}) == rejected


def reverted() -> Model:
    model = Model({"route": {"7": {"enabled": "true"}}})
    model.put("route", "7", {"enabled": "false"})
    model.revert()
    return model


@pytest.mark.parametrize(
    ("shown", "requirement"),
    [
        ({"7": {"enabled": "false"}}, "pbx.revert.put.restores-values"),
        ({"7": {"enabled": "maybe"}}, SURVIVES),
    ],
)
def test_revert_is_blamed_only_for_what_was_dropped(
    shown: dict[str, dict[str, str]], requirement: str
) -> None:
    difference = Difference("7", What.CHANGED, ("enabled",))
    assert after_revert(reverted(), ROUTE, difference, dict(shown)) == requirement
    assert after_apply(reverted(), ROUTE, difference, dict(shown), {}) == requirement


def test_apply_shows_what_a_request_did_that_could_not_be_seen() -> None:
    assert ROUTE.change is not None
    model = reverted()
    model.put("route", "7", {"enabled": "false"})
    model.apply()
    difference = Difference("7", What.CHANGED, ("enabled",))
    shown = {"7": {"enabled": "true"}}
    unseen = {("route", "7"): Cause(ROUTE.change, ROUTE, "7", frozenset({"enabled"}))}
    stored = "system.network.routes.put.stored"
    assert after_apply(model, ROUTE, difference, dict(shown), unseen) == stored
    assert after_apply(model, ROUTE, difference, dict(shown), {}) == SURVIVES
