"""Lab conditions: states of the SUT that no request can bring about (contract.md).

The emulator brings them about itself; on hardware the operator's hook does. Whatever goes wrong
here is the lab's doing and never shows as the PBX's.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from conformance.errors import LabError
from conformance.lab.journal import POWER, normal
from conformance.verdict import NotRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.lab.journal import Journal

__all__ = [
    "CONDITIONS",
    "POWER",
    "HookLab",
    "JournaledLab",
    "Lab",
    "NoLab",
    "NotedLab",
    "Panel",
    "PanelLab",
    "normal",
]

CONDITIONS = (
    "license-missing",
    "license-expired",
    "license-disabled",
    "license-not-required",
    "license-absent",
    "license-server-silent",
    "license-server-invalid",
    "license-server-error",
    "license-activation-failure",
    "call-center-license-absent",
    "storage-failure",
    "reboot-failure",
    "update-launch-failure",
    "update-start-failure",
    "update-progress-failure",
    "cdr-internal-error",
    "call-failure",
    POWER,
)
HOOK_TIMEOUT_S = 120.0
CANT_DO = 3


class Panel(Protocol):
    """Switches of an emulated PBX."""

    def set(self, condition: str, on: bool) -> None:
        """Bring a condition about, or end it."""


class Lab:
    """Brings conditions about. `available` says beforehand why one can't be had."""

    def unavailable(self, condition: str) -> str:
        """Why the condition can't be brought about; empty if it can, as far as is known."""
        raise NotImplementedError

    def switch(self, condition: str, *, on: bool) -> None:
        """Bring the condition about, or end it.

        Raises:
            NotRun: this lab can't do that condition.
            LabError: the lab failed.
        """
        raise NotImplementedError

    @contextmanager
    def condition(self, condition: str) -> Iterator[None]:
        """The condition for the length of a block; it is ended whatever happens in the block."""
        self.switch(condition, on=True)
        try:
            yield
        finally:
            self.switch(condition, on=False)


class NoLab(Lab):
    """A SUT without anybody who could bring conditions about."""

    def unavailable(self, condition: str) -> str:
        """Every condition is unavailable."""
        return f"needs the lab condition {condition}, and the target has no lab hook"

    def switch(self, condition: str, *, on: bool) -> None:  # noqa: ARG002
        """Refuse."""
        raise NotRun(self.unavailable(condition))


class PanelLab(Lab):
    """An emulated PBX in the same process."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    def unavailable(self, condition: str) -> str:
        """Every condition of contract.md is available."""
        return "" if condition in CONDITIONS else f"{condition} is no lab condition"

    def switch(self, condition: str, *, on: bool) -> None:
        """Set the emulator's switch."""
        self._panel.set(condition, on)


class HookLab(Lab):
    """The operator's hook: called as `HOOK… CONDITION on|off` in the target file's folder.

    Args:
        hook: the command.
        folder: where it is called.
        withheld: variables that it does not get from the environment: it needs no password of ours.
    """

    def __init__(
        self, hook: tuple[str, ...], folder: Path, withheld: frozenset[str] = frozenset()
    ) -> None:
        self._hook, self._folder, self._withheld = hook, folder, withheld
        self._refused: set[str] = set()

    def unavailable(self, condition: str) -> str:
        """Conditions that the hook refused before."""
        if condition in self._refused:
            return f"the lab hook can't bring about {condition}"
        return ""

    def switch(self, condition: str, *, on: bool) -> None:
        """Call the hook."""
        asked = (condition, "on" if on else "off")
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
                [*self._hook, *asked],
                env={name: os.environ[name] for name in os.environ.keys() - self._withheld},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=HOOK_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            # Its own message would repeat the command, whose arguments are the operator's business.
            raise LabError(
                f"the lab hook did not end within {HOOK_TIMEOUT_S:.0f} s for {' '.join(asked)}"
            ) from None
        except OSError as error:
            raise LabError(f"the lab hook can't be run: {error.strerror or error}") from error
        if done.returncode == CANT_DO:
            self._refused.add(condition)
            raise NotRun(self.unavailable(condition))
        if done.returncode:
            raise LabError(f"the lab hook ended with {done.returncode} for {' '.join(asked)}")


class NotedLab(Lab):
    """A lab that says when a condition begins or ends: it may change the PBX unseen."""

    def __init__(self, lab: Lab, note: Callable[[], object]) -> None:
        self._lab, self._note = lab, note

    def unavailable(self, condition: str) -> str:
        """As the lab says."""
        return self._lab.unavailable(condition)

    def switch(self, condition: str, *, on: bool) -> None:
        """Say so, and switch."""
        self._note()
        self._lab.switch(condition, on=on)


class JournaledLab(Lab):
    """A lab whose conditions stand in the journal for as long as they last."""

    def __init__(self, lab: Lab, journal: Journal) -> None:
        self._lab, self._journal = lab, journal

    def unavailable(self, condition: str) -> str:
        """As the lab says."""
        return self._lab.unavailable(condition)

    def switch(self, condition: str, *, on: bool) -> None:
        """Write down that a condition begins before it does, and that it has ended after that."""
        begins = on is not normal(condition)
        if begins:
            self._journal.condition_begins(condition, on=on)
        try:
            self._lab.switch(condition, on=on)
        except NotRun:
            self._journal.condition_ended(condition, on=normal(condition))
            raise
        if not begins:
            self._journal.condition_ended(condition, on=on)
