"""Checks of PUT /users/configs/<exten> where it succeeds: one field, all of them, twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import requirement
from conformance.families.users.fields import (
    FLAGS,
    ODD_VALUES,
    OTHERWISE,
    TEXTS,
    failover_mismatches,
    mismatches,
    normal,
)
from conformance.families.users.targets import known_targets
from conformance.families.users.views import BRIEF, CONFIGS, callgroups, odd_ones
from conformance.objects import apply, failover

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Extensions, Record, Records

PUT = "users.configs.exten.put"
NOT_SAVED = 14
FIELDS = (*OTHERWISE, "failover")
NAMES = ("first_name", "last_name")


def change_of(field: str, other: str) -> dict[str, Any]:
    """What changes one field; a failover goes to the voicemail of another own extension."""
    value = failover("FORWARD_TO_VOICEMAIL", other) if field == "failover" else OTHERWISE[field]
    return {field: value}


def states(field: str) -> dict[str, bool]:
    """The flags before a field changes: what is on could be reset as well as what is off."""
    flags = dict.fromkeys(FLAGS, field != "first_name")
    if field in FLAGS:
        flags[field] = not OTHERWISE[field]
        # What follows from a flag that is to be switched off is off already.
        flags |= dict.fromkeys(FLAGS[FLAGS.index(field) + 1 :], False)
    return flags


def rest(record: Record, sent: dict[str, Any]) -> object:
    """What a change should have left alone in a record."""
    return normal({tag: values for tag, values in record.items() if tag not in sent})


def judge_change(
    check: Check, exten: str, sent: dict[str, Any], before: Records, after: Records
) -> None:
    """State that a change did what it said, and nothing else."""
    others = [other for other in odd_ones(before, after) if other != exten]
    observed = f"changed as well: {', '.join(others)}"
    check.soft(f"{PUT}.others-untouched", not others, f"only {exten} changed", observed)
    old, new = before.get(exten, {}), after.get(exten, {})
    wrong = mismatches(sent, new)
    check.soft(f"{PUT}.stored", not wrong, f"{', '.join(sent)} as sent", "; ".join(wrong))
    odd = [tag for tag in sorted(old | new) if tag not in sent and old.get(tag) != new.get(tag)]
    kept = rest(old, sent) == rest(new, sent)
    observed = f"changed although not sent: {', '.join(odd)}"
    check.soft(f"{PUT}.partial", kept, "every other field as before", observed)


@requirement(
    f"{PUT}.code-0",
    f"{PUT}.stored",
    f"{PUT}.partial",
    f"{PUT}.others-untouched",
    f"{PUT}.idempotent",
)
@pytest.mark.parametrize("field", FIELDS)
def test_one_field_alone(check: Check, extensions: Extensions, field: str) -> None:
    neighbour, exten = extensions.create(), extensions.create(**states(field))
    if field == "failover":
        apply(check)  # a PBX may look for the target among what runs
    before, sent = extensions.listed(), change_of(field, neighbour)
    check.expect_code(extensions.change(exten, sent), 0)
    after = extensions.listed()
    judge_change(check, exten, sent, before, after)
    second = extensions.change(exten, sent)
    held = second.code == 0
    check.that(f"{PUT}.idempotent", held, "code 0 again", second.summary(), second)
    odd = odd_ones(after, extensions.listed())
    observed = f"the second one changed {', '.join(odd)}"
    check.that(f"{PUT}.idempotent", not odd, "nothing more changed", observed)


@requirement(f"{PUT}.stored", f"{PUT}.partial", f"{PUT}.others-untouched")
@pytest.mark.parametrize("state", [True, False], ids=["on", "off"])
def test_flags_one_by_one(check: Check, extensions: Extensions, state: bool) -> None:
    exten = extensions.create(**dict.fromkeys(FLAGS, not state))
    # What voicemail is there for is switched on first and off last.
    for flag in FLAGS if state else FLAGS[::-1]:
        before = extensions.listed()
        check.expect_code(extensions.change(exten, {flag: state}), 0)
        judge_change(check, exten, {flag: state}, before, extensions.listed())


@requirement(f"{PUT}.stored", f"{PUT}.others-untouched")
def test_all_fields_at_once(check: Check, extensions: Extensions) -> None:
    neighbour, exten = extensions.create(), extensions.create()
    apply(check)
    before, groups = extensions.listed(), callgroups(check)
    for view in (CONFIGS, BRIEF):
        check.call(view.one, key=exten)  # what is asked for again must not be remembered
    sent = {tag: value for field in FIELDS for tag, value in change_of(field, neighbour).items()}
    check.expect_code(extensions.change(exten, sent), 0)
    judge_change(check, exten, sent, before, extensions.listed())
    apply(check)
    judge_change(check, exten, sent, before, extensions.listed())
    held, expected = callgroups(check) == groups, "the callgroups as before"
    check.soft(f"{PUT}.others-untouched", held, expected, "they changed")
    names = {name: sent[name] for name in NAMES}
    wrong = mismatches(names, BRIEF.listed(check).get(exten, {}))
    check.that(f"{PUT}.stored", not wrong, f"the names in {BRIEF.all}", "; ".join(wrong))
    for view, wanted in ((CONFIGS, sent), (BRIEF, names)):
        wrong = mismatches(wanted, view.record(check.call(view.one, key=exten)))
        check.that(f"{PUT}.stored", not wrong, f"the same from {view.one}", "; ".join(wrong))


@requirement(f"{PUT}.stored")
def test_changed_text_survives(check: Check, extensions: Extensions) -> None:
    exten = extensions.create()
    names = ({"first_name": text, "last_name": f"{text} {exten}"} for text in TEXTS)
    for sent in (*names, *ODD_VALUES):
        exchange = extensions.change(exten, sent)
        if exchange.code == NOT_SAVED:
            check.remark(f"{PUT}.stored", f"an odd {', '.join(sent)} is rejected with code 14")
            continue
        check.expect_code(exchange, 0)
        wrong = mismatches(sent, extensions.listed().get(exten, {}))
        check.that(f"{PUT}.stored", not wrong, "them as sent", "; ".join(wrong), exchange)


@requirement(f"{PUT}.stored")
def test_changed_failover_leads_to_what_the_pbx_has(check: Check, extensions: Extensions) -> None:
    exten, targets = extensions.create(), known_targets(check)
    for target in targets.values():
        exchange = extensions.change(exten, {"failover": target})
        if exchange.code == NOT_SAVED:  # there may be no such target
            check.remark(f"{PUT}.stored", f"{target['type']} is rejected with code 14")
            continue
        check.expect_code(exchange, 0)
        wrong = failover_mismatches(target, extensions.listed().get(exten, {}))
        check.that(f"{PUT}.stored", not wrong, "the failover as sent", "; ".join(wrong), exchange)
