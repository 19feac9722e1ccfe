"""Checks of PUT /pbx/callgroups/<callgroupid>."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import requirement
from conformance.families.pbx.callgroups import TEXTS, Callgroups, priorities
from conformance.families.pbx.configuration import written_configuration
from conformance.families.pbx.record import as_members, read_callgroup

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.families.pbx.configuration import Configuration

PUT = "pbx.callgroups.callgroupid.put"
OWN_RECORD = "pbx.callgroups.callgroupid.get.own-record"
ENDPOINT = "PUT /pbx/callgroups/<callgroupid>"
FIELDS = ("name", "timeout", "selection", "enabled")
NOT_SAVED = 14


@pytest.fixture
def callgroups(check: Check) -> Callgroups:
    """Callgroups of the check's own."""
    return Callgroups(check)


def unchanged(check: Check, callgroups: Callgroups, before: Configuration) -> None:
    """State that a rejected request has changed nothing, also after apply."""
    requirement_id, expected = f"{PUT}.rejected-changes-nothing", "the configuration as before"
    found = before.differences(written_configuration(check, callgroups))
    check.that(requirement_id, not found, expected, found)
    check.call("PUT /pbx/apply")
    found = before.differences(written_configuration(check, callgroups))
    check.that(requirement_id, not found, f"{expected}, also after PUT /pbx/apply", found)


def single_agrees(check: Check, callgroups: Callgroups, key: str) -> None:
    """State that the callgroup alone is shown as in the list, once it is applied (RD-36)."""
    check.call("PUT /pbx/apply")
    exchange = check.call("GET /pbx/callgroups/<callgroupid>", key=key)
    found = [read_callgroup(one) for one in exchange.records("callgroups/callgroup")]
    held = found == [callgroups.written(key)]
    expected, observed = f"callgroup {key} as in the list", "it differs"
    check.soft(OWN_RECORD, held, expected, observed, exchange)


@requirement(f"{PUT}.code-0", f"{PUT}.stored", f"{PUT}.partial", f"{PUT}.others-untouched")
@pytest.mark.parametrize("field", FIELDS)
def test_one_field_changes_and_nothing_else(
    check: Check, callgroups: Callgroups, field: str
) -> None:
    first, second = callgroups.members(2)
    members = {1: [first], 2: [second]}
    key = callgroups.create(members, enabled=field != "enabled")
    callgroups.create({1: [second]})
    before = written_configuration(check, callgroups)
    new = {"name": callgroups.name("Renamed"), "timeout": 47, "selection": "", "enabled": True}
    new |= {"selection": callgroups.selection()} if field == "selection" else {}
    new = {field: new[field], "priorities": priorities(members)}
    exchange = callgroups.change(key, new)
    check.expect_code(exchange, 0)
    record, was = callgroups.written(key), before.callgroups.pop(key)
    wanted = str(new[field]).lower() if field == "enabled" else str(new[field])
    found = getattr(record, field)
    check.soft(f"{PUT}.stored", found == wanted, f"{field} {wanted!r}", f"is {found!r}", exchange)
    odd = ", ".join(tag for tag in was.differences(record) if tag != field)
    expected = f"only {field} changed"
    check.soft(f"{PUT}.partial", not odd, expected, f"{odd} changed as well", exchange)
    after = written_configuration(check, callgroups)
    after.callgroups.pop(key)
    odd = before.differences(after)
    check.soft(f"{PUT}.others-untouched", not odd, "all others as before", odd, exchange)
    single_agrees(check, callgroups, key)


@requirement(f"{PUT}.members-replaced", f"{PUT}.partial")
def test_members_are_replaced(check: Check, callgroups: Callgroups) -> None:
    first, second, third = callgroups.members(3)
    key = callgroups.create({1: [first, second], 2: [third]}, enabled=False)
    steps = (
        {1: [third], 2: [first, second]},
        {3: [first], 2: [second], 1: [third]},
        {1: [first]},
    )
    for members in steps:
        was = callgroups.written(key)
        exchange = callgroups.change(key, {"priorities": priorities(members)})
        check.expect_code(exchange, 0)
        record, wanted = callgroups.written(key), as_members(members)
        expected, observed = f"the members {wanted}", f"the members {record.members}"
        requirement_id = f"{PUT}.members-replaced"
        check.that(requirement_id, record.members == wanted, expected, observed, exchange)
        odd = ", ".join(set(was.differences(record)) - {"members", "display_names"})
        expected = "only the members changed"
        check.that(f"{PUT}.partial", not odd, expected, f"{odd} changed as well", exchange)
    check.call("PUT /pbx/apply")
    found = callgroups.written(key).members
    expected = "the same members after PUT /pbx/apply"
    check.that(f"{PUT}.members-replaced", found == wanted, expected, f"the members {found}")


@requirement(f"{PUT}.stored")
def test_all_fields_change_at_once(check: Check, callgroups: Callgroups) -> None:
    first, second = callgroups.members(2)
    key = callgroups.create({1: [first], 2: [second]})
    sent = callgroups.fields({1: [second]}, timeout=52, enabled=False)
    exchange = callgroups.change(key, sent)
    check.expect_code(exchange, 0)
    wanted = {tag: str(sent[tag]).lower() if tag == "enabled" else str(sent[tag]) for tag in FIELDS}
    for when in ("", ", also after PUT /pbx/apply"):
        record = callgroups.written(key)
        for field, value in {**wanted, "members": as_members({1: [second]})}.items():
            found = getattr(record, field)
            expected, observed = f"{field} {value!r} as sent{when}", f"{field} is {found!r}"
            check.that(f"{PUT}.stored", found == value, expected, observed, exchange)
        check.call("PUT /pbx/apply")


@requirement(f"{PUT}.stored")
def test_changed_name_may_hold_any_character(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    key, stored = callgroups.create({1: [member]}), 0
    for said in TEXTS:
        name = callgroups.name(said)
        exchange = callgroups.change(key, {"name": name, "priorities": priorities({1: [member]})})
        if exchange.code == NOT_SAVED:
            check.remark(f"{PUT}.stored", f"the name {name!r} is rejected with code 14")
            continue
        check.expect_code(exchange, 0)
        found = callgroups.written(key).name
        check.that(f"{PUT}.stored", found == name, f"the name {name!r}", repr(found), exchange)
        single_agrees(check, callgroups, key)
        stored += 1
    if not stored:
        check.inconclusive("every name is rejected with code 14")


@requirement(f"{PUT}.code-12", f"{PUT}.rejected-changes-nothing")
def test_members_are_required(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    key = callgroups.create({1: [member]})
    before = written_configuration(check, callgroups)
    nobody = callgroups.fields({1: [""]}, timeout=33)
    exchange = callgroups.change(key, nobody, broken="a member without its extension")
    check.expect_rejected(f"{PUT}.rejected-changes-nothing", exchange)
    lacks: dict[str, Any] = {
        "priorities missing": None,
        "priorities empty": {},
        "members missing": {"priority": [{"id": 1}]},
        "members empty": {"priority": [{"id": 1, "members": {}}]},
    }
    for said, lack in lacks.items():
        fields = callgroups.fields({1: [member]}, timeout=33) | {"priorities": lack}
        check.expect_code(callgroups.change(key, fields, broken=said), 12)
    unchanged(check, callgroups, before)


@requirement(f"{PUT}.code-10", f"{PUT}.rejected-changes-nothing")
def test_callgroup_tag_is_required(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    key = callgroups.create({1: [member]})
    before = written_configuration(check, callgroups)
    fields = callgroups.fields({1: [member]}, timeout=33)
    for body in ({}, {"group": fields}, fields):
        check.expect_code(check.call(ENDPOINT, body, key=key, broken="no <callgroup>"), 10)
    unchanged(check, callgroups, before)


@requirement(f"{PUT}.code-16", f"{PUT}.rejected-changes-nothing")
def test_empty_request_is_rejected(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    key = callgroups.create({1: [member]})
    before = written_configuration(check, callgroups)
    exchange = callgroups.change(key, {}, broken="nothing in <callgroup>")
    # The members are missing as well (RD-16).
    check.expect_code(exchange, 16, also={12})
    unchanged(check, callgroups, before)


@requirement(f"{PUT}.code-15", f"{PUT}.rejected-changes-nothing")
def test_unknown_id_changes_nothing(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    gone = callgroups.create({1: [member]})
    check.expect_code(callgroups.delete(gone), 0)
    key = callgroups.create({1: [member]})
    before = written_configuration(check, callgroups)
    for missing in (*callgroups.unknown_ids(near=key), gone):
        fields = callgroups.fields({1: [member]}, timeout=33)
        check.expect_code(callgroups.change(missing, fields), 15)
    unchanged(check, callgroups, before)


@requirement(f"{PUT}.code-14")
def test_failing_storage_changes_nothing(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    key = callgroups.create({1: [member]})
    fields = callgroups.fields({1: [member]}, timeout=33, enabled=False)
    before = written_configuration(check, callgroups)
    with check.condition("storage-failure"):
        exchange = callgroups.change(key, fields)
    check.expect_code(exchange, 14)
    unchanged(check, callgroups, before)
