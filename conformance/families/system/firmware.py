"""The two firmware slots: read, switched, and put back as they were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.outage import Outage, cause, has_been_seen
from conformance.verdict import Observation, Verdict

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = [
    "PRIMARY",
    "PROMOTE",
    "REBOOT",
    "RESTORE",
    "RUNNING",
    "SECONDARY",
    "Slots",
    "bring_back",
    "run",
    "shown_in",
    "slots",
    "start_from",
    "stay",
    "switch",
]

REBOOT = "PUT /system/firmware/rebootsecondary"
PROMOTE = "PUT /system/firmware/promotesecondary"
RESTORE = "PUT /system/firmware/restoreprimary"
PRIMARY, SECONDARY = "primary", "secondary"
RUNNING = "system.firmware.get.running-version"
# Two promotions, each with a reboot into the secondary firmware before, bring back everything.
MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Slots:
    """What `GET /system/firmware` shows."""

    primary: str
    secondary: str
    running: str

    @property
    def version(self) -> str:
        """The version that runs."""
        return self.primary if self.running == PRIMARY else self.secondary

    @property
    def exchanged(self) -> Slots:
        """The same with the versions in each other's slot, the primary one running."""
        return Slots(self.secondary, self.primary, PRIMARY)

    def __str__(self) -> str:
        return f"primary {self.primary}, secondary {self.secondary}, running {self.running}"


def shown_in(exchange: Exchange) -> Slots | None:
    """The slots that an answer shows; None if it does not say which of them runs."""
    block = exchange.find("firmware")
    if block is None:
        return None
    found = Slots(*((block.findtext(tag) or "").strip() for tag in (PRIMARY, SECONDARY, "running")))
    return found if found.running in {PRIMARY, SECONDARY} else None


def slots(check: Check) -> Slots:
    """What the SUT's slots hold, and which one runs.

    Raises:
        Inconclusive: the answer does not say so.
    """
    exchange = check.call("GET /system/firmware")
    found = shown_in(exchange)
    if found is None:
        summary = exchange.summary()
        check.inconclusive(f"GET /system/firmware does not say which slot runs: {summary}")
    return found


def start_from(check: Check, slot: str) -> Slots:
    """Have the firmware of a slot run, and everything put back when the check ends.

    Raises:
        NotRun: the secondary slot is empty: there is nothing to switch to.
        Inconclusive: the SUT can't be brought to run that slot.
    """
    before = slots(check)
    if not before.secondary:
        check.not_run("the secondary slot holds no firmware")
    check.on_exit(lambda: bring_back(check, before))
    return run(check, slot)


def run(check: Check, slot: str) -> Slots:
    """Have the firmware of a slot run; the slots then.

    Raises:
        Inconclusive: the SUT can't be brought to run that slot.
    """
    before = slots(check)
    if before.running == slot:
        return before
    cause(check, REBOOT if slot == SECONDARY else RESTORE)
    now = slots(check)
    if now.running != slot:
        check.inconclusive(f"the PBX can't be brought to run its {slot} firmware: {now}")
    return now


def switch(check: Check, endpoint: str, expected: Slots, requirement_id: str) -> Slots:
    """Send a switch that must succeed; the slots afterwards.

    What the secondary slot holds after a promotion is not judged (RD-53).

    Raises:
        NonConformance: another code came, or another firmware runs afterwards, or none.
    """
    outage = cause(check, endpoint, claim=requirement_id)
    answered(check, outage)
    check.expect_code(outage.exchange, 0)
    after = slots(check)
    judged = replace(after, secondary=expected.secondary) if endpoint == PROMOTE else after
    held = check.soft(requirement_id, judged == expected, str(expected), str(after))
    running = f"running {expected.running}"
    check.soft(RUNNING, after.running == expected.running, running, f"running {after.running}")
    if not held:
        check.inconclusive(f"the switch failed: {after}")
    _reboots(check, endpoint, outage)
    return after


def answered(check: Check, outage: Outage) -> None:
    """State that the request to reboot into the secondary firmware was answered."""
    end = outage.exchange.endpoint
    if end is not None and end.name == REBOOT:
        held = outage.exchange.response is not None
        summary = outage.exchange.summary()
        check.soft(f"{end.slug}.always-answers", held, "an answer", summary, outage.exchange)


def _reboots(check: Check, endpoint: str, outage: Outage) -> None:
    requirement_id = f"{check.sut.endpoint(endpoint).slug}.reboots"
    if outage.seen or has_been_seen(check):
        observed = "it went on answering"
        check.soft(requirement_id, outage.seen, "the PBX goes away", observed, outage.exchange)
    else:
        reason = "the PBX was never seen to be away: its reboots are too short (RD-55)"
        check.observe(Observation(requirement_id, Verdict.INCONC, reason))


def stay(check: Check, endpoint: str, code: int, requirement_id: str) -> None:
    """Send a switch that must be refused, and see that nothing happens.

    Raises:
        NonConformance: another code came, the PBX went away, or the slots have changed.
    """
    before = slots(check)
    outage = cause(check, endpoint, claim=requirement_id)
    answered(check, outage)
    check.expect_code(outage.exchange, code)
    observed = f"code {code}, and the PBX went away"
    check.that(requirement_id, not outage.seen, "no reboot", observed, outage.exchange)
    after = slots(check)
    check.that(requirement_id, after == before, str(before), str(after), outage.exchange)


def bring_back(check: Check, before: Slots) -> None:
    """Switch until the slots are as they were; what can't be brought back becomes a leftover."""
    if check.sut.dead:
        return
    now = slots(check)
    for _ in range(MOST_STEPS):
        step = _step(now, before)
        if not step:
            break
        cause(check, step)
        now = slots(check)
    if now != before:
        text = f"before the check: {before}; now: {now}; the API could not bring it back"
        check.leftovers.append(text)
        for claim in check.claims:
            check.remark(claim.id, text)


def _step(now: Slots, wanted: Slots) -> str:
    """The switch that leads towards the slots wanted; empty if none does or all is well."""
    if (now.primary, now.secondary) == (wanted.primary, wanted.secondary):
        if now.running == wanted.running:
            return ""
        return REBOOT if wanted.running == SECONDARY else RESTORE
    if (now.primary, now.secondary) == (wanted.secondary, wanted.primary):
        return REBOOT if now.running == PRIMARY else PROMOTE
    return RESTORE if (now.running, wanted.running) == (SECONDARY, PRIMARY) else ""
