"""Two firmware slots and the update that fills the second one (guide: /system/firmware)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from conformance.emulator.profile import FirmwareProfile

IDLE, FIRST_PHASE, SUCCEEDED, FAILED = 25, 26, 30, 31
"""Codes of `GET /system/firmware/updatestatus`: none, the first of four phases, both ends."""

_PHASES = SUCCEEDED - FIRST_PHASE

Slot = Literal["primary", "secondary"]


@dataclass(slots=True)
class _Update:
    version: str
    started: float
    fails: Callable[[], bool]
    outcome: int | None = None


class Firmware:
    """The slots, the one that runs, and the update under way.

    Nothing happens in the background: `settle` brings everything up to the present.
    """

    def __init__(self, profile: FirmwareProfile, step_s: float, clock: Callable[[], float]) -> None:
        self.primary = profile.version
        self.secondary = profile.secondary
        self.running: Slot = "primary"
        self._step_s = step_s
        self._clock = clock
        self._update: _Update | None = None

    @property
    def running_version(self) -> str:
        """The version that runs now."""
        return self.primary if self.running == "primary" else self.secondary

    @property
    def updating(self) -> bool:
        """Whether an update has begun and not ended."""
        return self.status() not in {IDLE, SUCCEEDED, FAILED}

    def status(self) -> int:
        """Return the present code of `GET /system/firmware/updatestatus`."""
        phase = self.settle()
        if self._update is None:
            return IDLE
        return FIRST_PHASE + phase if self._update.outcome is None else self._update.outcome

    def start_update(self, version: str, fails: Callable[[], bool]) -> None:
        """Begin an update; at its end `fails` is asked whether it went wrong."""
        self._update = _Update(version, self._clock(), fails)

    def settle(self) -> int:
        """Finish the update whose time is over: only then does the secondary slot change.

        Return the phase it was found in, counted from 0; the clock is looked at once.
        """
        update = self._update
        if update is None or update.outcome is not None:
            return 0
        phase = self._phase(update)
        if phase < _PHASES:
            return phase
        if update.fails():
            update.outcome = FAILED
        else:
            update.outcome = SUCCEEDED
            self.secondary = update.version
        return phase

    def boot(self, slot: Slot = "primary") -> None:
        """Run the firmware of a slot; an update under way is lost."""
        self.settle()
        self.running = slot
        self._update = None

    def promote(self) -> None:
        """Make the secondary firmware the primary one; the old primary becomes the secondary."""
        self.settle()
        self.primary, self.secondary = self.secondary, self.primary

    def _phase(self, update: _Update) -> int:
        elapsed = self._clock() - update.started
        # Compared before dividing: a step of no length is allowed, and means "at once".
        if elapsed >= self._step_s * _PHASES:
            return _PHASES
        return int(elapsed / self._step_s)
