"""Checks of the firmware update: what is refused, and the course of one that fails or succeeds.

An update can't be undone: it is asked for once to fail and once to succeed, at the very end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.system.firmware import PRIMARY, Slots, run, slots, start_from
from conformance.families.system.update import (
    FAILED,
    IDLE,
    PHASES,
    STATUS,
    SUCCEEDED,
    UPDATE,
    Progress,
    ask,
    free_to_start,
    running_version,
    starts_nothing,
    status,
)
from conformance.families.system.versions import malformed, newer, older, ordered
from conformance.verdict import Observation, Verdict

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.message import Body

PUT = "system.firmware.update.put"
NOTHING = f"{PUT}.rejected-starts-nothing"
IN_PROGRESS = 20


@requirement(f"{STATUS}.code-25")
def test_no_update_in_progress(check: Check) -> None:
    code = status(check)
    if code in PHASES:
        check.inconclusive(f"an update is in progress (code {code})")
    if code != IDLE:
        check.inconclusive(f"the outcome of an earlier update is still shown ({code}, RD-54)")


@requirement(f"{PUT}.code-18", NOTHING)
def test_update_tag_missing(check: Check) -> None:
    version = newer(running_version(check))[0]
    bodies: dict[str, Body] = {
        "nothing": {},
        "another tag": {"firmware": {"firmware_version": version}},
        "the version alone": {"firmware_version": version},
    }
    with starts_nothing(check, NOTHING):
        for said, body in bodies.items():
            check.expect_code(check.call(UPDATE, body, broken=f"{said} in place of update"), 18)


@requirement(f"{PUT}.code-12", NOTHING)
def test_version_missing(check: Check) -> None:
    with starts_nothing(check, NOTHING):
        check.expect_code(ask(check, None, "no firmware_version"), 12)
        check.expect_code(ask(check, "", "an empty firmware_version"), 12)


@requirement(f"{PUT}.code-19", NOTHING)
def test_malformed_version(check: Check) -> None:
    versions = malformed(running_version(check))
    with starts_nothing(check, NOTHING):
        for version in versions:
            check.expect_code(ask(check, version, f"{version} is not A.B.C-dddd"), 19)


@requirement(f"{PUT}.code-21", NOTHING)
def test_version_not_newer_than_the_running_one(check: Check) -> None:
    before, numbers = start_from(check, PRIMARY), running_version(check)
    with starts_nothing(check, NOTHING):
        for version in (before.version, *older(numbers)):
            check.expect_code(ask(check, version), 21)


@requirement(f"{PUT}.code-23", NOTHING)
def test_newer_version_that_nobody_offers(check: Check) -> None:
    pixit = check.pixit
    versions = set(newer(running_version(check)))
    # Behind an unknown version a mandatory one may lie (RD-50); a PBX that reaches no update
    # server, as far as the target file says, may call that a generic error.
    also = {22} if pixit.update_version else {22, 24}
    with starts_nothing(check, NOTHING):
        for version in sorted(versions - {pixit.update_version, pixit.update_version_blocked}):
            check.expect_code(ask(check, version), 23, also=also)


@requirement(f"{PUT}.code-22")
def test_version_behind_a_mandatory_one(check: Check) -> None:
    with starts_nothing(check, NOTHING):
        check.expect_code(ask(check, check.pixit.update_version_blocked), 22)


def offered(check: Check) -> Slots:
    """Have the primary firmware run, older than the version that is offered; the slots.

    Raises:
        NotRun: the version offered is no newer than the running one.
    """
    before, version = run(check, PRIMARY), ordered(check.pixit.update_version)
    if version is None or version <= running_version(check):
        check.not_run(f"pixit.update_version is not newer than the running {before.version}")
    return before


@pytest.mark.parametrize(
    ("condition", "code", "claim"),
    [
        pytest.param(
            "update-launch-failure",
            23,
            f"{PUT}.launch-failure",
            marks=requirement(f"{PUT}.launch-failure"),
        ),
        pytest.param(
            "update-start-failure", 24, NOTHING, marks=requirement(f"{PUT}.code-24"), id="start"
        ),
    ],
)
def test_update_that_does_not_start(check: Check, condition: str, code: int, claim: str) -> None:
    offered(check)
    with starts_nothing(check, claim), check.condition(condition):
        exchange = ask(check, check.pixit.update_version)
        if claim != NOTHING:
            summary = exchange.summary()
            check.that(claim, exchange.code == code, f"code {code}", summary, exchange)
        check.expect_code(exchange, code)


@requirement(f"{STATUS}.code-31", f"{STATUS}.failure-keeps-slots")
def test_update_that_fails(check: Check) -> None:
    before = offered(check)
    progress = Progress(check, before, check.pixit.update_version, end=FAILED)
    with check.condition("update-progress-failure"):
        check.expect_code(ask(check, check.pixit.update_version), 0)
        progress.starts(f"{PUT}.starts")
        progress.follow()
    said = f"updatestatus {progress.outcome}"
    check.that(f"{STATUS}.code-31", progress.outcome == FAILED, "code 31", said)
    keeps_slots(check, before)


def keeps_slots(check: Check, before: Slots) -> None:
    """State that the slots are as before an update that ended with code 31."""
    after = slots(check)
    check.that(f"{STATUS}.failure-keeps-slots", after == before, str(before), str(after))


@requirement(
    f"{PUT}.code-0",
    f"{PUT}.code-20",
    f"{PUT}.starts",
    f"{STATUS}.forward",
    f"{STATUS}.secondary-at-end",
    *(f"{STATUS}.code-{code}" for code in (*PHASES, SUCCEEDED)),
)
def test_update_that_succeeds(check: Check) -> None:
    before, version = offered(check), check.pixit.update_version
    free_to_start(check, version)
    progress = Progress(check, before, version)
    check.expect_code(ask(check, version), 0)
    progress.starts(f"{PUT}.starts")
    refuses_another(check, progress)
    # One that starts the update anew shows it only where there is a phase to go back to.
    progress.leave_the_first()
    if progress.outcome in PHASES[:-1]:  # in the last one the first update may end any moment
        refuses_another(check, progress)
    progress.follow()
    progress.shows_every_phase()
    ended_well(check, progress, before)


def refuses_another(check: Check, progress: Progress) -> None:
    """State that a second update is refused while the first is in progress."""
    second = ask(check, check.pixit.update_version)
    if second.code == 0 and slots(check).secondary == check.pixit.update_version:
        check.inconclusive("the update was over when a second one was asked for, and accepted")
    if progress.goes_on():
        check.expect_code(second, IN_PROGRESS)
    else:
        reason = "the update was over before a second one could be asked for"
        check.observe(Observation(f"{PUT}.code-20", Verdict.INCONC, reason))


def ended_well(check: Check, progress: Progress, before: Slots) -> None:
    """State that an update ended with code 30, the new version in the secondary slot."""
    if progress.outcome == FAILED:
        keeps_slots(check, before)
    said = f"updatestatus {progress.outcome}"
    offer = f"code 30: the target file says that {check.pixit.update_version} is offered"
    check.that(f"{STATUS}.code-30", progress.outcome == SUCCEEDED, offer, said)
    check.remark(f"{PUT}.code-0", f"the secondary slot held {before.secondary}: it is overwritten")
    after, expected = slots(check), replace(before, secondary=check.pixit.update_version)
    requirement_id = f"{STATUS}.secondary-at-end"
    check.that(requirement_id, after == expected, str(expected), str(after))
    if before.secondary == check.pixit.update_version:
        check.inconclusive("the secondary slot held that version before")
