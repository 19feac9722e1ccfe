"""The licence of the emulated model (guide: /license and "license activation")."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

Holds = Callable[[str], bool]
"""Says whether a lab condition is in force."""


class LicenceStatus(StrEnum):
    """What the licence can be; all but MISSING are words of the guide."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    DISABLED = "DISABLED"
    MISSING = "MISSING"


_CONDITIONS = {
    "license-absent": LicenceStatus.MISSING,
    "license-missing": LicenceStatus.MISSING,
    "license-expired": LicenceStatus.EXPIRED,
    "license-disabled": LicenceStatus.DISABLED,
}


@dataclass(slots=True)
class Licence:
    """What is licensed, and whether it still is.

    Attributes:
        key: The activation key that the licence server accepts.
        extensions: How many extensions may be configured.
        callgroups: How many callgroups may be configured.
        key_required: Whether the model needs a licence key at all.
        call_center: Whether the call centre is licensed.
        status: What became of the licence.
    """

    key: str = field(repr=False)
    extensions: int
    callgroups: int
    key_required: bool
    call_center: bool = True
    status: LicenceStatus = LicenceStatus.ACTIVE

    def reconsider(self, holds: Holds) -> None:
        """Follow the lab conditions, after one of them changed."""
        for condition, status in _CONDITIONS.items():
            if holds(condition):
                self.status = status
                return
        self.status = LicenceStatus.ACTIVE

    def activate(self, key: str) -> bool:
        """Activate a key; return whether it is the right one."""
        if not hmac.compare_digest(key.encode(), self.key.encode()):
            return False
        self.status = LicenceStatus.ACTIVE
        return True
