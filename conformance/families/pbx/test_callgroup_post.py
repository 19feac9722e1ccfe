"""Checks of POST /pbx/callgroups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import requirement
from conformance.families.pbx.callgroups import TEXTS, Callgroups, priorities
from conformance.families.pbx.configuration import written_configuration
from conformance.families.pbx.failovers import states_identity
from conformance.families.pbx.record import as_members, display_names, text
from conformance.objects import Extensions, one

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.families.pbx.configuration import Configuration
    from conformance.objects import Record
    from conformance.wire.exchange import Exchange

POST = "pbx.callgroups.post"
ENDPOINT = "POST /pbx/callgroups"
LIMIT_REACHED = 13
DISPLAY_NAME = "pbx.callgroups.get.display-name"


@pytest.fixture
def callgroups(check: Check) -> Callgroups:
    """Callgroups of the check's own."""
    return Callgroups(check)


def incomplete(name: str, member: str) -> dict[str, dict[str, Any]]:
    """What a callgroup lacks, and the fields that make the point (RD-31)."""
    whole = priorities({1: [member]})
    return {
        "name missing": {"name": None, "priorities": whole},
        "name empty": {"name": "", "priorities": whole},
        "priorities missing": {"name": name, "priorities": None},
        "priorities empty": {"name": name, "priorities": {}},
        "members missing": {"name": name, "priorities": {"priority": [{"id": 1}]}},
        "members empty": {"name": name, "priorities": {"priority": [{"id": 1, "members": {}}]}},
    }


def unchanged(check: Check, callgroups: Callgroups, before: Configuration) -> None:
    """State that a rejected request has added and changed nothing, also after apply."""
    requirement_id, expected = f"{POST}.rejected-adds-nothing", "the configuration as before"
    found = before.differences(written_configuration(check, callgroups))
    check.that(requirement_id, not found, expected, found)
    check.call("PUT /pbx/apply")
    found = before.differences(written_configuration(check, callgroups))
    check.that(requirement_id, not found, f"{expected}, also after PUT /pbx/apply", found)


def expect_refusal(check: Check, callgroups: Callgroups, exchange: Exchange, code: int) -> None:
    """State the code of a request that must be rejected.

    Raises:
        NonConformance: it was rejected with another code, or not at all.
        Inconclusive: the licensed number is reached, so that code 13 applies as well (RD-16).
    """
    if exchange.code == LIMIT_REACHED:
        callgroups.create({1: callgroups.members(1)})
    check.expect_code(exchange, code)


@requirement(f"{POST}.code-0", f"{POST}.listed", f"{POST}.others-untouched")
def test_added_callgroup_is_listed_once(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    before = written_configuration(check, callgroups)
    name = callgroups.name()
    key = callgroups.create({1: [member]}, name=name)
    exchange = check.call("GET /pbx/callgroups")
    names = [(row.findtext("name") or "").strip() for row in exchange.records("callgroups/*")]
    times = names.count(name)
    expected, observed = f"{name!r} listed once", f"listed {times} times"
    check.soft(f"{POST}.listed", times == 1, expected, observed, exchange)
    after = written_configuration(check, callgroups)
    after.callgroups.pop(key, None)
    found = before.differences(after)
    check.that(f"{POST}.others-untouched", not found, "all others as before", found)


@requirement(DISPLAY_NAME)
def test_no_member_is_shown_as_somebody_else(check: Check, callgroups: Callgroups) -> None:
    first, second, third = callgroups.members(3)
    key = callgroups.create({1: [third, first], 2: [second]})
    users = Extensions(check).listed()
    exchange = check.call("GET /pbx/callgroups")
    rows = [row for row in exchange.records("callgroups/callgroup") if text(row, "id") == key]
    for exten, name in [pair for row in rows for pair in display_names(row)]:
        stated = [one for one, user in users.items() if _states(name, user)]
        expected, observed = f"{exten} under its own name", f"{exten} is shown as {name!r}"
        held = exten in stated or not stated
        check.that(DISPLAY_NAME, held, expected, observed, exchange)
        if not stated:
            check.remark(DISPLAY_NAME, f"a display name is not a first and last name: {name!r}")


def _states(name: str, user: Record) -> bool:
    names = one(user, "first_name").strip(), one(user, "last_name").strip()
    return all(names) and states_identity(name, *names)


@requirement(f"{POST}.stored")
@pytest.mark.parametrize("enabled", [True, False])
def test_added_callgroup_has_the_fields_sent(
    check: Check, callgroups: Callgroups, enabled: bool
) -> None:
    first, second, third = callgroups.members(3)
    members = {1: [first, second], 2: [third]} if enabled else {2: [second, third], 1: [first]}
    timeout = 45 if enabled else 12
    sent: dict[str, Any] = {"name": callgroups.name(), "selection": callgroups.selection()}
    key = callgroups.create(members, **sent, timeout=timeout, enabled=enabled)
    wanted = {**sent, "timeout": str(timeout), "enabled": str(enabled).lower()}
    for when in ("", ", also after PUT /pbx/apply"):
        record = callgroups.written(key)
        for field, value in {**wanted, "members": as_members(members)}.items():
            found = getattr(record, field)
            expected = f"{field} {value!r} as sent{when}"
            check.that(f"{POST}.stored", found == value, expected, f"{field} is {found!r}")
        check.call("PUT /pbx/apply")


@requirement(f"{POST}.text")
def test_name_may_hold_any_character(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    selection, stored = callgroups.selection(), 0
    for said in TEXTS:
        name = callgroups.name(said)
        fields = callgroups.fields({1: [member]}, name=name, selection=selection)
        key = callgroups.create_from(fields, refusable=True)
        if key is None:
            check.remark(f"{POST}.text", f"the name {name!r} is rejected with code 14")
            continue
        found = callgroups.written(key).name
        check.soft(f"{POST}.text", found == name, f"the name {name!r}", f"the name is {found!r}")
        stored += 1
        check.expect_code(callgroups.delete(key), 0)
    if not stored:
        check.inconclusive("every name is rejected with code 14")


@requirement(f"{POST}.code-12", f"{POST}.rejected-adds-nothing")
def test_name_and_members_are_required(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    before = written_configuration(check, callgroups)
    nobody = callgroups.fields({1: [member]}, priorities=priorities({1: [""]}))
    exchange = callgroups.add(nobody, broken="a member without its extension")
    check.expect_rejected(f"{POST}.rejected-adds-nothing", exchange)
    for said, lack in incomplete(callgroups.name(), member).items():
        fields = callgroups.fields({1: [member]}) | lack
        expect_refusal(check, callgroups, callgroups.add(fields, broken=said), 12)
    unchanged(check, callgroups, before)


@requirement(f"{POST}.code-10", f"{POST}.rejected-adds-nothing")
def test_callgroup_tag_is_required(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    before = written_configuration(check, callgroups)
    callgroups.delete_at_exit()
    fields = callgroups.fields({1: [member]})
    for body in ({}, {"group": fields}, fields):
        exchange = check.call(ENDPOINT, body, broken="no <callgroup>")
        expect_refusal(check, callgroups, exchange, 10)
    unchanged(check, callgroups, before)


@requirement(f"{POST}.code-14")
def test_failing_storage_saves_nothing(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    fields = callgroups.fields({1: [member]})
    before = written_configuration(check, callgroups)
    with check.condition("storage-failure"):
        exchange = callgroups.add(fields)
    expect_refusal(check, callgroups, exchange, 14)
    unchanged(check, callgroups, before)


def room_again(check: Check, callgroups: Callgroups, member: str, selection: str) -> None:
    """State that another callgroup is accepted once one of the check's own is removed."""
    made = callgroups.made()
    if not made:
        return
    check.expect_code(callgroups.delete(next(iter(made))), 0)
    check.call("PUT /pbx/apply")
    check.expect_code(callgroups.add(callgroups.fields({1: [member]}, selection=selection)), 0)


@requirement(f"{POST}.code-13")
def test_licensed_number_is_the_limit(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    before, created = set(callgroups.listed()), 0
    taken = {group.selection for group in callgroups.shown().values()}
    for selection in check.pixit.callgroup_selections:
        if selection in taken:
            continue
        exchange = callgroups.add(callgroups.fields({1: [member]}, selection=selection))
        # A PBX may count what is in operation: what was added has to be.
        check.call("PUT /pbx/apply")
        if exchange.code:
            check.expect_code(exchange, LIMIT_REACHED)
            found = len(set(callgroups.listed()) - before)
            observed = f"{created} were added with code 0, {found} are listed"
            check.that(
                f"{POST}.rejected-adds-nothing", found == created, "none added", observed, exchange
            )
            room_again(check, callgroups, member, selection)
            return
        created += 1
    found = len(set(callgroups.listed()) - before)
    expected = f"{created} more callgroups, as code 0 came for each"
    check.that(f"{POST}.listed", found == created, expected, f"{found} more are listed")
    check.inconclusive(f"{created} callgroups were added without reaching the licensed number")
