"""Checks of POST /users/configs/ where it succeeds: what is stored, and what stays as it was."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.users.fields import (
    FLAGS,
    MANDATORY,
    ODD_VALUES,
    OPTIONAL,
    TEXTS,
    failover_mismatches,
    mismatches,
)
from conformance.families.users.targets import known_targets
from conformance.families.users.views import BRIEF, CONFIGS, REGISTRATIONS, callgroups
from conformance.objects import apply, failover, hangup, one, user_fields

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Extensions

POST = "users.configs.post"
INCOMPLETE, NOT_SAVED = 12, 14
# Each flag in both states, and no two alike in all of them; only what makes sense together.
COMBINATIONS = ((True, True, True), (True, True, False), (True, False, False), (False,) * 3)
OWN_KINDS = ("HANGUP", "FORWARD_TO_VOICEMAIL", "FORWARD_TO_EXTEN")


@requirement(f"{POST}.code-0", f"{POST}.listed", f"{POST}.others-untouched")
def test_added_extension_is_listed_everywhere(check: Check, extensions: Extensions) -> None:
    before, groups = extensions.listed(), callgroups(check)
    exten = extensions.create()
    after = extensions.listed()
    record = after.pop(exten, {})
    held, expected = callgroups(check) == groups, "the callgroups as before"
    check.soft(f"{POST}.others-untouched", held, expected, "they changed")
    check.soft(f"{POST}.others-untouched", after == before, "the others as before", "they changed")
    times = CONFIGS.extens(check.call(CONFIGS.all)).count(exten)
    check.that(f"{POST}.listed", times == 1, f"{exten} listed once", f"listed {times} times")
    apply(check)
    enabled = one(record, "enabled").strip() == "true"
    for view in (CONFIGS, BRIEF, REGISTRATIONS) if enabled else (CONFIGS, BRIEF):
        there = view.comes_to_list(check, exten, 1)
        expected = f"{exten} once in {view.all}, after apply"
        check.that(f"{POST}.listed", there, expected, "not listed, or more than once")
        found = view.extens(check.call(view.one, key=exten))
        check.that(f"{POST}.listed", found == [exten], f"{exten} in {view.one}", repr(found))


@requirement(f"{POST}.stored")
def test_every_field_is_stored(check: Check, extensions: Extensions) -> None:
    exten = extensions.free()
    sent = user_fields(exten)
    check.expect_code(extensions.add(sent), 0)
    for when in ("at once", "after apply"):
        wrong = mismatches(sent, extensions.listed().get(exten, {}))
        check.that(f"{POST}.stored", not wrong, f"every field as sent, {when}", "; ".join(wrong))
        apply(check)
    single = CONFIGS.record(check.call(CONFIGS.one, key=exten))
    wrong = mismatches(sent, single)
    check.that(f"{POST}.stored", not wrong, f"the same from {CONFIGS.one}", "; ".join(wrong))


@requirement(f"{POST}.stored")
@pytest.mark.parametrize(
    "states", COMBINATIONS, ids=lambda states: "".join("ft"[s] for s in states)
)
def test_flags_are_stored(
    check: Check, extensions: Extensions, states: tuple[bool, bool, bool]
) -> None:
    exten, flags = extensions.free(), dict(zip(FLAGS, states, strict=True))
    check.expect_code(extensions.add(user_fields(exten, **flags)), 0)
    wrong = mismatches(flags, extensions.listed().get(exten, {}))
    check.that(f"{POST}.stored", not wrong, "the flags as sent", "; ".join(wrong))


@requirement(f"{POST}.mandatory-suffices")
def test_mandatory_fields_suffice(check: Check, extensions: Extensions) -> None:
    exten = extensions.free()
    sent = user_fields(exten, **dict.fromkeys(OPTIONAL))
    exchange = extensions.add(sent)
    expected = f"code 0 for {', '.join(MANDATORY)}"
    check.that(
        f"{POST}.mandatory-suffices", exchange.code == 0, expected, exchange.summary(), exchange
    )
    wanted = {field: sent[field] for field in MANDATORY}
    wrong = mismatches(wanted, extensions.listed().get(exten, {}))
    check.that(f"{POST}.mandatory-suffices", not wrong, "them as sent", "; ".join(wrong))


@requirement(f"{POST}.text")
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text_survives(check: Check, extensions: Extensions, text: str) -> None:
    exten = extensions.free()
    exchange = extensions.add(user_fields(exten, first_name=text, last_name=f"{text} {exten}"))
    if exchange.code == NOT_SAVED:
        check.remark(f"{POST}.text", f"the name {text!r} is rejected with code 14")
        check.inconclusive(f"{text!r} was not saved, so that nothing could be lost of it")
    check.expect_code(exchange, 0)
    sent = {"first_name": text, "last_name": f"{text} {exten}"}
    wrong = mismatches(sent, extensions.listed().get(exten, {}))
    apply(check)
    wrong += mismatches(sent, BRIEF.listed(check).get(exten, {}))
    for view in (BRIEF, CONFIGS):
        wrong += mismatches(sent, view.record(check.call(view.one, key=exten)))
    check.that(f"{POST}.text", not wrong, "the names as sent", "; ".join(wrong), exchange)


@requirement(f"{POST}.stored")
def test_odd_values_are_stored_or_refused(check: Check, extensions: Extensions) -> None:
    for odd in ODD_VALUES:
        exten = extensions.free()
        exchange = extensions.add(user_fields(exten, **odd))
        if exchange.code == NOT_SAVED:
            check.remark(f"{POST}.stored", f"an odd {', '.join(odd)} is rejected with code 14")
            continue
        check.expect_code(exchange, 0)
        wrong = mismatches(odd, extensions.listed().get(exten, {}))
        check.that(f"{POST}.stored", not wrong, "them as sent", "; ".join(wrong), exchange)


@requirement(f"{POST}.failover")
@pytest.mark.parametrize("kind", OWN_KINDS)
def test_failover_to_what_the_run_has_is_stored(
    check: Check, extensions: Extensions, kind: str
) -> None:
    other, exten = extensions.create(failover=hangup()), extensions.free()
    apply(check)  # a PBX may look for the target among what runs
    names = user_fields(other)
    identity = f"{names['first_name']} {names['last_name']}"
    target = {
        "HANGUP": hangup(),
        "FORWARD_TO_VOICEMAIL": failover(kind, other),
        "FORWARD_TO_EXTEN": failover(kind, other, identity),
    }[kind]
    check.expect_code(extensions.add(user_fields(exten, failover=target)), 0)
    wrong = failover_mismatches(target, extensions.listed().get(exten, {}))
    check.that(f"{POST}.failover", not wrong, "the failover as sent", "; ".join(wrong))


@requirement(f"{POST}.failover")
def test_failover_to_what_the_pbx_has_is_stored(check: Check, extensions: Extensions) -> None:
    targets, stored = known_targets(check), 0
    for target in islice(targets.values(), extensions.spare):
        exten = extensions.free()
        exchange = extensions.add(user_fields(exten, failover=target))
        if exchange.code in {INCOMPLETE, NOT_SAVED}:  # there may be no such target
            refusal = f"{target['type']} is rejected with code {exchange.code}"
            check.remark(f"{POST}.failover", refusal)
            continue
        check.expect_code(exchange, 0)
        wrong = failover_mismatches(target, extensions.listed().get(exten, {}))
        check.that(f"{POST}.failover", not wrong, "the failover as sent", "; ".join(wrong))
        stored += 1
    if not stored:
        check.inconclusive("none of the failovers that were tried was saved")
