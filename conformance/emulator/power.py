"""Whether the PBX answers at all: reboots, shutdown, power."""

from collections.abc import Callable


class Power:
    """Silent while it boots, silent for good once halted or cut."""

    def __init__(self, boot_s: float, clock: Callable[[], float]) -> None:
        self._boot_s = boot_s
        self._clock = clock
        self._up_at = clock()
        self.off = False

    @property
    def answering(self) -> bool:
        """Whether a request reaches the API now."""
        return not self.off and self._clock() >= self._up_at

    def reboot(self) -> None:
        """Fall silent for the time a boot takes."""
        self.off = False
        self._up_at = self._clock() + self._boot_s

    def cut(self) -> None:
        """Fall silent until power comes back."""
        self.off = True
