"""The lab conditions: states that no request can bring about."""

from collections.abc import Callable
from contextlib import AbstractContextManager

CONDITIONS = frozenset(
    {
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
        "power",
    }
)

POWER = "power"


class UnknownCondition(ValueError):
    """There is no lab condition of this name."""


class LabPanel:
    """Switches the conditions; handlers ask it, nothing else decides.

    Power is the odd one out: it is no fault but the mains, so it is on from the start and never
    among the active ones.
    """

    def __init__(
        self, changed: Callable[[str, bool], None], lock: AbstractContextManager[object]
    ) -> None:
        self._changed = changed
        self._lock = lock
        self._active: frozenset[str] = frozenset()

    @property
    def active(self) -> frozenset[str]:
        """The conditions in force, power aside."""
        return self._active

    def holds(self, condition: str) -> bool:
        """Say whether a condition is in force.

        Raises:
            UnknownCondition: There is none of this name.
        """
        _known(condition)
        return condition in self._active

    def set(self, condition: str, on: bool) -> None:
        """Bring a condition about, or end it.

        Raises:
            UnknownCondition: There is none of this name.
        """
        _known(condition)
        with self._lock:
            if condition != POWER:
                self._active = self._active | {condition} if on else self._active - {condition}
            self._changed(condition, on)


def _known(condition: str) -> None:
    if condition not in CONDITIONS:
        raise UnknownCondition(f"no lab condition {condition!r}: {', '.join(sorted(CONDITIONS))}")
