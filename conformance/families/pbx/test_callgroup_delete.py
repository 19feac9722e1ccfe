"""Checks of DELETE /pbx/callgroups/<callgroupid>."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import Answer, requirement
from conformance.families.pbx.callgroups import INCOMING, Callgroups
from conformance.families.pbx.changes import is_pending
from conformance.families.pbx.configuration import shown_configuration, written_configuration

if TYPE_CHECKING:
    from conformance.check import Check

DELETE = "pbx.callgroups.callgroupid.delete"


@pytest.fixture
def callgroups(check: Check) -> Callgroups:
    """Callgroups of the check's own."""
    return Callgroups(check)


def is_gone(check: Check, callgroups: Callgroups, key: str) -> None:
    """State that a callgroup is no longer listed, and after apply not shown alone either."""
    requirement_id, expected = f"{DELETE}.gone", f"callgroup {key} gone"
    for when in ("code 0", "PUT /pbx/apply"):
        listed = key in callgroups.listed()
        check.that(requirement_id, not listed, expected, f"it is listed after {when}")
        check.call("PUT /pbx/apply")
    endpoint = "GET /pbx/callgroups/<callgroupid>"
    exchange = check.call(endpoint, key=key, answer=Answer.UNKNOWN_OBJECT)
    check.unknown_object(requirement_id, exchange, "callgroups/callgroup")


@requirement(f"{DELETE}.code-0", f"{DELETE}.gone", f"{DELETE}.others-untouched")
def test_removed_callgroup_is_gone_and_no_other(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    kept = callgroups.create({1: [member]})
    key = callgroups.create({1: [member]})
    check.call("PUT /pbx/apply")
    before = written_configuration(check, callgroups)
    exchange = callgroups.delete(key)
    check.expect_code(exchange, 0)
    is_gone(check, callgroups, key)
    del before.callgroups[key]
    found = before.differences(written_configuration(check, callgroups))
    expected = f"{kept} and all others as before"
    check.that(f"{DELETE}.others-untouched", not found, expected, found, exchange)


@requirement(f"{DELETE}.code-15", f"{DELETE}.rejected-removes-nothing")
def test_unknown_id_removes_nothing(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    gone = callgroups.create({1: [member]})
    check.expect_code(callgroups.delete(gone), 0)
    key = callgroups.create({1: [member]})
    before = written_configuration(check, callgroups)
    for missing in (*callgroups.unknown_ids(near=key), gone):
        check.expect_code(callgroups.delete(missing), 15)
    found = before.differences(written_configuration(check, callgroups))
    requirement_id = f"{DELETE}.rejected-removes-nothing"
    check.that(requirement_id, not found, "the configuration as before", found)
    check.call("PUT /pbx/apply")
    found = before.differences(written_configuration(check, callgroups))
    check.that(requirement_id, not found, "the same also after PUT /pbx/apply", found)


@requirement(f"{DELETE}.incoming-stays")
def test_incoming_can_not_be_removed(check: Check, callgroups: Callgroups) -> None:
    before = shown_configuration(check, callgroups)
    if INCOMING not in before.callgroups:
        check.not_run(f"this PBX has no callgroup {INCOMING!r}")
    if is_pending(check):
        check.inconclusive("changes are pending that are not this check's")
    # Nothing may apply a deletion that should have been refused: it is taken back.
    check.on_exit(lambda: check.call("PUT /pbx/revert"))
    exchange = callgroups.delete(INCOMING)
    check.expect_rejected(f"{DELETE}.incoming-stays", exchange)
    found = before.differences(shown_configuration(check, callgroups))
    expected = f"{INCOMING} and everything else as before"
    check.that(f"{DELETE}.incoming-stays", not found, expected, found, exchange)
    observed = "the rejected deletion is pending"
    held = not is_pending(check)
    check.that(f"{DELETE}.incoming-stays", held, "nothing to apply", observed, exchange)


@requirement(f"{DELETE}.code-17", f"{DELETE}.failure-keeps-callgroup")
def test_callgroup_stays_when_the_storage_fails(check: Check, callgroups: Callgroups) -> None:
    [member] = callgroups.members(1)
    key = callgroups.create({1: [member]})
    before = written_configuration(check, callgroups)
    with check.condition("storage-failure"):
        exchange = callgroups.delete(key)
    check.expect_code(exchange, 17)
    found = before.differences(written_configuration(check, callgroups))
    expected = f"callgroup {key} and all others as before"
    check.that(f"{DELETE}.failure-keeps-callgroup", not found, expected, found, exchange)
