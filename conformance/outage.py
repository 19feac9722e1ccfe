"""Requests that take the PBX down: the lost connection is expected, its return is waited for.

How long to wait is not the guide's business. It follows from `reboot_timeout_s` of the target file
and from what this PBX has already shown: one that was gone within 10 ms of its answer need not be
watched for half a minute when it must stay, one that took 20 s must.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from conformance import pace
from conformance.sut import AWAY

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.sut import Sut
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

__all__ = ["Outage", "await_return", "cause", "comes_back_by_itself", "has_been_seen"]

# How long a PBX that says it restarts may go on answering, as a part of `reboot_timeout_s`.
GRACE = 0.1
SHORTEST_GRACE_S, LONGEST_GRACE_S = 3.0, 60.0
# A PBX that must stay is watched for a part of that, or for some times as long as it has taken to
# go so far, whichever is longer.
CALM = 0.07
CAUTION = 3.0
# A PBX that must stay away is watched this many times as long as a reboot has taken so far.
PATIENCE = 1.5
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.5
# What answers restart and halt, which have no codes.
FLAGS = {"PUT /system/restart": "system_restarted", "PUT /system/halt": "system_halted"}

Look = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Outage:
    """What a request that may take the PBX down has done."""

    exchange: Exchange
    seen: bool
    """The PBX was seen to be gone."""


@dataclass(slots=True)
class _Habits:
    """What a PBX has shown of its reboots: the longest times, and how it answers when it is up."""

    until_gone_s: float = 0.0
    away_s: float = 0.0
    usual: Look | None = None


_HABITS: WeakKeyDictionary[Sut, _Habits] = WeakKeyDictionary()


def _habits(check: Check) -> _Habits:
    return _HABITS.setdefault(check.sut, _Habits())


def _look(check: Check) -> Look | None:
    """HTTP status and whether XML came with it; None while the PBX is away."""
    # Without a request_id: the ids of later requests must not depend on how long this takes.
    exchange = check.sut.send(check.sut.outgoing("GET /system/firmware", request_id=None))
    if exchange.response is None:
        return None
    # A 5xx that carries the documented body comes from the PBX itself (RD-10).
    speaks = exchange.root is not None and exchange.root.tag == "kpbx_response"
    if exchange.status in AWAY and not speaks:
        return None
    return exchange.status, exchange.root is not None


def _is_up(check: Check) -> bool:
    """Whether the API answers; the error page of a web server that started first does not count."""
    look = _look(check)
    return look is not None and (look[1] or look == _habits(check).usual)


def _becomes(check: Check, timeout_s: float, *, up: bool) -> float | None:
    """Wait until the PBX is up or down; after how many seconds it was, None if it never was."""
    started = pace.monotonic()
    while True:
        if _is_up(check) is up:
            return pace.monotonic() - started
        elapsed = pace.monotonic() - started
        if elapsed >= timeout_s:
            return None
        pace.sleep(min(SHORTEST_PAUSE_S + elapsed / 20, LONGEST_PAUSE_S))


def grace_s(check: Check) -> float:
    """How long a PBX that says it restarts may go on answering, in seconds."""
    return min(max(check.pixit.reboot_timeout_s * GRACE, SHORTEST_GRACE_S), LONGEST_GRACE_S)


def _calm_s(check: Check) -> float:
    """How long to watch a PBX that must not restart, in seconds."""
    grace = grace_s(check)
    return min(max(grace * CALM, CAUTION * _habits(check).until_gone_s), grace)


def has_been_seen(check: Check) -> bool:
    """Whether an outage of this PBX has been seen in this run: its reboots are not too short."""
    return _habits(check).away_s > 0


def await_return(check: Check, claim: str = "") -> None:
    """Wait until the PBX answers again.

    Args:
        check: the check that waits.
        claim: the requirement that says that the PBX comes back, if there is one.

    Raises:
        NonConformance: it did not come back within `reboot_timeout_s`, and that breaks the claim.
        Inconclusive: it did not come back, and nothing was claimed.
    """
    timeout_s = check.pixit.reboot_timeout_s
    if _becomes(check, timeout_s, up=True) is not None:
        return
    check.sut.give_up(f"did not come back within {timeout_s:.0f} s", check.exchanges)
    said = f"the PBX {check.sut.dead} (reboot_timeout_s)"
    if claim:
        check.fail(claim, "the PBX comes back", said)
    check.inconclusive(said)


def comes_back_by_itself(check: Check) -> float | None:
    """Watch a PBX that has to stay away; after how many seconds it answered, None if it did not."""
    away_s = _habits(check).away_s
    return _becomes(check, PATIENCE * away_s if away_s else grace_s(check), up=True)


def watch(check: Check, timeout_s: float) -> bool:
    """Watch for an outage, at most that many seconds; whether there was one, not yet its end."""
    gone_after = _becomes(check, timeout_s, up=False)
    if gone_after is None:
        return False
    habits = _habits(check)
    habits.until_gone_s = max(habits.until_gone_s, gone_after)
    return True


def said_yes(exchange: Exchange) -> bool:
    """Whether an answer announces an outage: code 0, or true; a lost answer counts as well."""
    if exchange.response is None or exchange.code == 0:
        return True
    tag = FLAGS.get(exchange.endpoint.name, "") if exchange.endpoint else ""
    return bool(tag and exchange.flag(tag))


def cause(
    check: Check,
    endpoint: str,
    body: Body | None = None,
    *,
    claim: str = "",
    returns: bool = True,
    **how: Any,
) -> Outage:
    """Send a request that takes the PBX down if it succeeds, and wait until it is back.

    The answer says how long to watch for the outage; one that nothing announced is seen as well.

    Args:
        check: the check that sends it.
        endpoint: the guide's heading.
        body: what stands below `<kpbx_request>`.
        claim: the requirement that says that the PBX comes back, if there is one.
        returns: wait until the PBX is back; without it the caller does.
        how: as for `Check.call`.

    Raises:
        NonConformance: the PBX did not come back within `reboot_timeout_s`, against the claim.
        Inconclusive: it did not come back, and nothing was claimed.
    """
    habits = _habits(check)
    habits.usual = _look(check) or habits.usual
    exchange = check.call(endpoint, body, may_be_lost=True, **how)
    seen = watch(check, grace_s(check) if said_yes(exchange) else _calm_s(check))
    if seen and returns:
        started = pace.monotonic()
        await_return(check, claim)
        habits.away_s = max(habits.away_s, pace.monotonic() - started)
    return Outage(exchange, seen)
