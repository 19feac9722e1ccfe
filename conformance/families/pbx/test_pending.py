"""Checks of pending changes: when they are, what applying and reverting does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.pbx.callgroups import Callgroups
from conformance.families.pbx.changes import CHANGES, Ground, is_pending

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.check import Check
    from conformance.families.pbx.configuration import Configuration
    from conformance.wire.exchange import Exchange

PENDING = "pbx.pending.get"
APPLY = "pbx.apply.put"
REVERT = "pbx.revert.put"
UNDONE = {"added": "drops-additions", "changed": "restores-values", "deleted": "restores-deletions"}
IMMEDIATE = "is in operation at once, nothing was pending (RD-17)"


def nothing_pending(check: Check, word: str) -> None:
    """State that nothing is pending, after what the requirement's last word says."""
    requirement_id = f"{PENDING}.{word}"
    check.soft(requirement_id, not is_pending(check), "pbx_pending false", "pbx_pending is true")


def answers_true(check: Check, endpoint: str, tag: str) -> None:
    """Send apply or revert while something is pending, and state what it answers (RD-37)."""
    slug = check.sut.endpoint(endpoint).slug
    exchange = check.call(endpoint)
    expected = f"{tag} true, as changes were pending"
    held = exchange.flag(tag) is True
    check.soft(f"{slug}.true", held, expected, exchange.summary(), exchange)


def immediate(check: Check, change: str) -> None:
    """Note that a change was in operation at once.

    Raises:
        Inconclusive: always.
    """
    check.remark(f"{PENDING}.true-after-change", f"{change} {IMMEDIATE}")
    check.inconclusive(f"{change} {IMMEDIATE}")


def was_pending_unsaid(check: Check, change: str, seen: str) -> None:
    """State that a change which turned out to have been pending should have been called so.

    Raises:
        NonConformance: always.
    """
    expected = f"pbx_pending true after {change}"
    check.fail(f"{PENDING}.true-after-change", expected, f"pbx_pending was false, yet {seen}")


def judge_immediate(ground: Ground, change: str, before: Configuration) -> None:
    """Tell a change that was in operation at once from one that was pending without a word.

    Raises:
        NonConformance: a revert drops the change.
        Inconclusive: it does not.
    """
    check, changed = ground.check, ground.shown()
    ground.nudge(change)  # some PBX may look for something to revert only when it says so
    check.call("PUT /pbx/revert")
    after = ground.shown()
    if before.differences(changed) and not before.differences(after):
        was_pending_unsaid(check, change, "PUT /pbx/revert dropped it")
    immediate(check, change)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            change, marks=requirement(f"{REVERT}.{UNDONE[change.rpartition(' ')[2]]}"), id=change
        )
        for change in CHANGES
    ],
)
@requirement(f"{PENDING}.true-after-change", f"{PENDING}.false-after-revert", f"{REVERT}.true")
def test_revert_drops_what_is_pending(check: Check, change: str) -> None:
    ground = Ground(check)
    before = ground.shown()
    CHANGES[change](ground)
    if not is_pending(check):
        judge_immediate(ground, change, before)
    check.passed(f"{PENDING}.true-after-change")
    answers_true(check, "PUT /pbx/revert", "pbx_reverted")
    nothing_pending(check, "false-after-revert")
    undone = f"{REVERT}.{UNDONE[change.rpartition(' ')[2]]}"
    wanted = f"{change}, then reverted: the configuration as before"
    found = before.differences(ground.shown())
    check.that(undone, not found, wanted, found)
    check.call("PUT /pbx/apply", request_id=None)
    found = before.differences(ground.shown())
    check.that(undone, not found, f"{wanted}, also after PUT /pbx/apply", found)


@pytest.mark.parametrize("change", CHANGES)
@requirement(f"{PENDING}.false-after-apply", f"{APPLY}.true", f"{APPLY}.survives-revert")
def test_apply_puts_into_operation_what_is_pending(check: Check, change: str) -> None:
    ground = Ground(check)
    before = ground.shown()
    CHANGES[change](ground)
    early, said = ground.shown(), is_pending(check)
    answers_true(check, "PUT /pbx/apply", "pbx_applied") if said else check.call("PUT /pbx/apply")
    nothing_pending(check, "false-after-apply")
    applied = ground.shown()
    if not said and before.differences(applied) and not before.differences(early):
        was_pending_unsaid(check, change, "it showed only after PUT /pbx/apply")
    lost = "the configuration is as before"
    check.that(f"{APPLY}.survives-revert", before.differences(applied), change, lost)
    check.call("PUT /pbx/revert", request_id=None)
    nothing_pending(check, "false-after-revert")
    found = applied.differences(ground.shown())
    wanted = f"{change}, applied: the same configuration after PUT /pbx/revert"
    check.that(f"{APPLY}.survives-revert", not found, wanted, found)
    check.passed(f"{APPLY}.survives-revert")
    if not said:
        immediate(check, change)


@requirement(f"{APPLY}.survives-revert")
def test_revert_goes_back_to_what_was_applied_last(check: Check) -> None:
    ground = Ground(check)
    kinds = ground.pending_kinds()
    if not kinds:
        immediate(check, "any change")
    ground.change_extension()
    ground.change_callgroup()
    ground.settle()
    applied = ground.shown()
    ground.change_all(kinds)
    check.call("PUT /pbx/revert")
    found = applied.differences(ground.shown())
    expected = "the configuration that was applied last"
    check.that(f"{APPLY}.survives-revert", not found, expected, found)


def rejected_requests(check: Check, callgroups: Callgroups) -> tuple[Callable[[], Exchange], ...]:
    """Requests that must be rejected, to be sent one by one."""
    missing, broken = next(iter(callgroups.unknown_ids()), ""), "must be rejected"
    if not missing:
        check.inconclusive("no id is known that no callgroup has")
    nameless = {"timeout": 25}
    return (
        lambda: check.call("POST /users/configs/", {"user": {"exten": ""}}, broken=broken),
        lambda: callgroups.add(nameless, broken=broken),
        lambda: callgroups.change(missing, nameless, broken=broken),
        lambda: callgroups.delete(missing),
    )


@requirement(f"{PENDING}.false-after-rejection")
def test_rejected_request_leaves_nothing_pending(check: Check) -> None:
    callgroups = Callgroups(check)
    callgroups.delete_at_exit()
    if is_pending(check):
        check.inconclusive("changes are pending that are not this check's")
    for attempt in rejected_requests(check, callgroups):
        exchange = attempt()
        name = f"{exchange.request.method} {exchange.request.path}"
        if not exchange.code:
            check.call("PUT /pbx/revert")
            check.inconclusive(f"{name} did not reject: {exchange.summary()}")
        pending, expected = is_pending(check), f"pbx_pending false after a rejected {name}"
        requirement_id = f"{PENDING}.false-after-rejection"
        check.that(requirement_id, not pending, expected, "pbx_pending is true", exchange)
