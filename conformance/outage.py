"""Requests that take the PBX down: the lost connection is expected, its return is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

__all__ = ["Outage", "await_return", "cause"]

# How long a PBX that says it restarts may go on answering, as a part of `reboot_timeout_s`.
GRACE = 0.1
SHORTEST_GRACE_S, LONGEST_GRACE_S = 3.0, 30.0


@dataclass(frozen=True, slots=True)
class Outage:
    """What a request that may take the PBX down has done."""

    exchange: Exchange
    seen: bool
    """The PBX was seen to be gone."""


def grace_s(check: Check) -> float:
    """How long a PBX that says it restarts may go on answering, in seconds."""
    return min(max(check.pixit.reboot_timeout_s * GRACE, SHORTEST_GRACE_S), LONGEST_GRACE_S)


def await_return(check: Check) -> None:
    """Wait until the PBX answers again.

    Raises:
        Inconclusive: it did not come back within the PIXIT's `reboot_timeout_s`.
    """
    timeout_s = check.pixit.reboot_timeout_s
    if not check.sut.wait_until_back(timeout_s):
        check.sut.dead = f"did not come back within {timeout_s:.0f} s"
        check.inconclusive(f"the PBX {check.sut.dead} (reboot_timeout_s)")


def cause(check: Check, endpoint: str, body: Body | None = None, **how: Any) -> Outage:
    """Send a request that takes the PBX down if it succeeds, and wait until it is back.

    The answer says whether to wait: code 0, or the boolean true; a lost answer counts as well.
    """
    exchange = check.call(endpoint, body, may_be_lost=True, **how)
    tag = {"PUT /system/restart": "system_restarted"}.get(endpoint, "")
    succeeded = exchange.code == 0 or (tag and exchange.flag(tag)) or exchange.response is None
    seen = check.sut.wait_until_gone(grace_s(check) if succeeded else 1.0)
    if seen:
        await_return(check)
    return Outage(exchange, seen)
