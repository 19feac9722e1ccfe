"""A firmware update: asked for, followed phase by phase, waited for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance import pace
from conformance.families.system.firmware import Slots, slots
from conformance.families.system.versions import Version, ordered
from conformance.verdict import Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = [
    "Progress",
    "ask",
    "free_to_start",
    "idle",
    "running_version",
    "starts_nothing",
    "status",
]

UPDATE = "PUT /system/firmware/update"
STATUS = "system.firmware.updatestatus.get"
IDLE, FIRST, LAST, SUCCEEDED, FAILED = 25, 26, 29, 30, 31
PHASES = range(FIRST, LAST + 1)
# An update that shows no other phase for this many times `reboot_timeout_s` has stalled.
STALLED = 2.0
# An update that was accepted has started within this part of `reboot_timeout_s`.
STARTED, SHORTEST_START_S = 0.1, 5.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 2.0


def ask(check: Check, version: str | None, broken: str = "") -> Exchange:
    """Ask for an update to a version; None leaves the tag out."""
    body = {"update": {"firmware_version": version}}
    return check.call(UPDATE, body, broken=broken, rejected=bool(broken))


def status(check: Check) -> int:
    """The code of updatestatus.

    Raises:
        Inconclusive: the answer holds none.
    """
    exchange = check.call("GET /system/firmware/updatestatus")
    if exchange.code is None or exchange.gated:
        check.inconclusive(f"updatestatus: {exchange.summary()}")
    return exchange.code


def idle(check: Check) -> int:
    """The code of updatestatus while no update runs.

    Raises:
        Inconclusive: one runs.
    """
    code = status(check)
    if code in PHASES:
        check.inconclusive(f"an update that this run did not start is in progress (code {code})")
    return code


def running_version(check: Check) -> Version:
    """The numbers of the version that runs.

    Raises:
        Inconclusive: it is not written as A.B.C-dddd.
    """
    found = slots(check)
    version = ordered(found.version)
    if version is None:
        check.inconclusive(f"the running version is not A.B.C-dddd: {found}")
    return version


def free_to_start(check: Check, version: str) -> None:
    """State that updatestatus shows no update in progress where one can be started.

    Raises:
        NonConformance: it shows one that nothing knows of.
        Inconclusive: one is in progress that this run did not start.
    """
    shown = status(check)
    if shown not in PHASES:
        return
    exchange = ask(check, version)
    # An update that ended in between would have left its phase for the first one of the next.
    if exchange.code == 0 and status(check) == shown:
        observed = f"updatestatus {shown}, and an update could be started"
        check.fail(f"{STATUS}.code-{IDLE}", f"code {IDLE} while no update runs", observed, exchange)
    check.inconclusive(f"an update that this run did not start is in progress (code {shown})")


@contextmanager
def starts_nothing(check: Check, requirement_id: str) -> Iterator[None]:
    """A block whose requests are all rejected: no update starts, the slots stay as they are.

    Raises:
        NonConformance: something has changed.
        Inconclusive: an update runs already.
    """
    code, before = idle(check), slots(check)
    check.on_exit(lambda: let_it_end(check))
    yield
    now = status(check)
    said = f"updatestatus {now}"
    check.that(requirement_id, now == code, f"updatestatus {code}, as before", said)
    after = slots(check)
    check.that(requirement_id, after == before, str(before), str(after))


def let_it_end(check: Check) -> None:
    """Wait for an update that should not have started."""
    if not check.sut.dead and status(check) in PHASES:
        Progress(check, slots(check), "").follow()


class Progress:
    """Follows one update, and judges what it shows on the way.

    Args:
        check: the check that has asked for it.
        before: the slots before.
        version: the version asked for; empty for an update that nobody asked for.
        end: the code with which it is to end.
    """

    def __init__(self, check: Check, before: Slots, version: str, end: int = SUCCEEDED) -> None:
        self._check, self._before, self._version = check, before, version
        self._end = end
        self._earlier = idle(check) if version else IDLE
        self._started = pace.monotonic()
        self.codes: list[int] = []

    @property
    def outcome(self) -> int:
        """The last code; the end of the update, if that was shown (it may be shown only once)."""
        ends = [code for code in self.codes if code in {SUCCEEDED, FAILED}]
        return ends[-1] if ends else self.codes[-1] if self.codes else self._earlier

    def starts(self, requirement_id: str) -> None:
        """State that updatestatus comes to show the update that was accepted.

        Raises:
            NonConformance: it goes on showing that none is in progress, or an end that is not that
                of this update.
            Inconclusive: it goes on showing an outcome that may be the new one or an earlier one.
        """
        wait_s = max(self._check.pixit.reboot_timeout_s * STARTED, SHORTEST_START_S)
        started = pace.monotonic()
        while (code := status(self._check)) in {IDLE, self._earlier}:
            if pace.monotonic() - started > wait_s:
                said = f"updatestatus still {code} after {wait_s:.0f} s"
                if self._may_have_ended(code):
                    self._check.inconclusive(f"{said}: a new outcome or the earlier one (RD-54)")
                self._check.fail(requirement_id, "an update in progress", said)
            self._pause()
        self._note(code)
        self._check.passed(requirement_id)

    def _may_have_ended(self, code: int) -> bool:
        """Whether this update, if it is over, would show that code."""
        if code != self._end:
            return False
        return code != SUCCEEDED or slots(self._check).secondary == self._version

    def goes_on(self) -> bool:
        """Look once; whether the update is still in progress."""
        self._note(status(self._check))
        return self.outcome in PHASES

    def leave_the_first(self) -> None:
        """Look until the first phase is over, for as long as an update may take to start."""
        limit_s = self._check.pixit.reboot_timeout_s * STARTED
        started = pace.monotonic()
        while self.outcome == FIRST and pace.monotonic() - started < limit_s and self.goes_on():
            self._pause()

    def follow(self) -> None:
        """Look until the update has ended.

        Raises:
            NonConformance: it went back to an earlier phase, or it stalled.
        """
        shown, since = self.outcome, pace.monotonic()
        limit_s = STALLED * self._check.pixit.reboot_timeout_s
        while self.goes_on():
            if self.outcome != shown:
                shown, since = self.outcome, pace.monotonic()
            elif pace.monotonic() - since > limit_s:
                said = f"code {shown} for {limit_s:.0f} s (twice reboot_timeout_s)"
                self._check.fail(f"{STATUS}.code-{SUCCEEDED}", "an update that ends", said)
            if self._version:
                self._slots_wait()
            if self.outcome not in PHASES:
                break
            self._pause()

    def _pause(self) -> None:
        # Phases may be short at first, and an update may take many minutes.
        elapsed = pace.monotonic() - self._started
        pace.sleep(min(SHORTEST_PAUSE_S + elapsed / 100, LONGEST_PAUSE_S))

    def _note(self, code: int) -> None:
        last = self.codes[-1] if self.codes else FIRST
        expected = f"no phase before {last}"
        forward = code >= last or code not in PHASES
        seen = " ".join(map(str, [*self.codes, code]))
        self._check.that(f"{STATUS}.forward", forward, expected, f"updatestatus {seen}")
        if not self.codes or code != last:
            self.codes.append(code)

    def _slots_wait(self) -> None:
        """The slots are as before, unless the update has ended since the last look."""
        now = slots(self._check)
        if self.goes_on():
            expected = f"{self._before} while updatestatus is {self.outcome}"
            requirement_id = f"{STATUS}.secondary-at-end"
            self._check.that(requirement_id, now == self._before, expected, str(now))

    def shows_every_phase(self) -> None:
        """Pass the codes that were seen; those of phases too short to be seen stay undecided."""
        for code in PHASES:
            if code in self.codes:
                self._check.passed(f"{STATUS}.code-{code}")
            else:
                reason = f"phase {code} was too short to be seen, or left out"
                verdict = Verdict.INCONC
                self._check.observe(Observation(f"{STATUS}.code-{code}", verdict, reason))
