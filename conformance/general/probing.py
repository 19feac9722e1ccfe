"""Requests that do as little as a request to an endpoint can: for checks that concern them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance import catalogue
from conformance.check import Answer
from conformance.lab.safety import SafetyClass
from conformance.objects import Extensions

if TYPE_CHECKING:
    from conformance.catalogue import Endpoint
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = ["ENDPOINTS", "free_key", "harmless"]

ENDPOINTS = tuple(catalogue.load().endpoints.values())
# No PBX hands out ids of this size.
UNUSED_ID = "999999999"
EMPTY = "a document without the parameters of the request"
DRASTIC = {SafetyClass.REBOOT, SafetyClass.HALT}
UNAUTHORIZED = 401
# A PBX that restarts is gone within this time; one that ignored the request is not.
BRIEFLY_S = 3.0


def free_key(check: Check, endpoint: str) -> str | None:
    """What to fill into an endpoint's path so that it names nothing; None without a placeholder."""
    end = check.sut.endpoint(endpoint)
    if end.placeholder in {"exten", "mailbox"}:
        extensions = Extensions(check)
        return extensions.unused() if end.safety is SafetyClass.READ else extensions.free()
    return UNUSED_ID if end.placeholder else None


def harmless(check: Check, endpoint: str, *, answer: Answer = Answer.XML, **how: Any) -> Exchange:
    """Send the least harmful request to an endpoint; `key` comes from `free_key`.

    A path names something that does not exist; a POST or PUT carries a document without its
    parameters, which the PBX has to reject even when the thing under test (credentials, licence)
    does not stop it. What an endpoint without parameters does, it does; then the PBX is brought
    back.
    """
    end = check.sut.endpoint(endpoint)
    if end.method in {"POST", "PUT"} and end.codes:
        how["broken"] = EMPTY
    exchange = check.call(endpoint, answer=answer, **how)
    stopped = exchange.gated or exchange.status == UNAUTHORIZED
    if end.safety in DRASTIC and not stopped:
        check.on_exit(lambda: bring_back(check, end))
    return exchange


def bring_back(check: Check, end: Endpoint) -> None:
    """Have a PBX that was restarted or halted by mistake answer again."""
    if end.safety is SafetyClass.HALT:
        check.sut.lab.switch("power", on=False)
        check.sut.lab.switch("power", on=True)
    check.sut.wait_until_gone(BRIEFLY_S)
    check.sut.wait_until_back(check.pixit.reboot_timeout_s)
