"""The time that a run waits by. Where a recording is played back, it is the recording's."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Clock", "kept_by", "monotonic", "sleep"]


class Clock(Protocol):
    """Tells how much time has passed, and lets some pass; in seconds."""

    def monotonic(self) -> float:
        """The time that never goes back."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


class _Ours:
    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


_clocks: list[Clock] = [_Ours()]


def monotonic() -> float:
    """The time that never goes back, in seconds."""
    return _clocks[-1].monotonic()


def sleep(seconds: float) -> None:
    """Let that many seconds pass."""
    _clocks[-1].sleep(seconds)


@contextmanager
def kept_by(clock: Clock) -> Iterator[None]:
    """Have another clock tell the time, for the length of a block."""
    _clocks.append(clock)
    try:
        yield
    finally:
        _clocks.pop()
