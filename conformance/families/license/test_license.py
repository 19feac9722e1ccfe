"""Checks of /license/pxbinstance: the licence's state, and requests to activate one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import requirement
from conformance.lab.safety import SafetyClass
from conformance.wire.message import content

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.check import Check
    from conformance.wire.exchange import Exchange

GET = "license.pxbinstance.get"
POST = "license.pxbinstance.post"
UNCHANGED = f"{POST}.rejected-changes-nothing"
BLOCK = "pbx_instance_license"
# No licence server knows it.
NO_KEY = "0000-0000-0000-0000"
NOT_REQUIRED, FAILED = 10, 17
STATES = {"expired": "EXPIRED", "disabled": "DISABLED"}
FAILURES = {
    14: "license-server-silent",
    15: "license-server-invalid",
    16: "license-server-error",
    17: "license-activation-failure",
}


def state(check: Check) -> Exchange:
    """Ask for the licence's state."""
    return check.call("GET /license/pxbinstance")


def status(exchange: Exchange) -> str:
    """The status in an answer; empty without one."""
    return (getattr(exchange.find(f"{BLOCK}/license_status"), "text", "") or "").strip()


def activate(check: Check, body: dict[str, Any] | None, broken: str = "") -> Exchange:
    """Send a request to activate a licence that must be rejected."""
    return check.call("POST /license/pxbinstance", body, broken=broken, rejected=True)


def needs_no_key(check: Check) -> bool:
    """Whether the PBX is a device that needs no licence key."""
    return check.sut.target.pics.license_key_required is False


@contextmanager
def no_key_needed(check: Check) -> Iterator[None]:
    """A device that needs no licence key: the PBX itself, or by a lab condition."""
    if needs_no_key(check):
        yield
        return
    with check.condition("license-not-required"):
        yield


@contextmanager
def unchanged(check: Check) -> Iterator[None]:
    """State that the licence is the same after a block as before."""
    before = state(check).find(BLOCK)
    yield
    exchange = state(check)
    after = exchange.find(BLOCK)
    held = before is not None and after is not None and content(after) == content(before)
    check.that(UNCHANGED, held, "the licence as before", exchange.summary(), exchange)


@requirement(f"{GET}.active")
def test_licence_that_gates_nothing_is_active(check: Check) -> None:
    gate = check.call("GET /pbx/pending")
    if gate.gated:
        check.inconclusive(f"the licence gates the API: {gate.summary()}")
    exchange = state(check)
    observed = f"license_status {status(exchange)!r}; {exchange.summary()}"
    check.that(f"{GET}.active", status(exchange) == "ACTIVE", "ACTIVE", observed, exchange)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=requirement(f"{GET}.{name}")) for name in STATES]
)
def test_licence_that_gates_the_api_says_why(check: Check, name: str) -> None:
    if needs_no_key(check):
        check.not_run("the PBX needs no licence key")
    with check.condition(f"license-{name}"):
        exchange = state(check)
    found, wanted = status(exchange), STATES[name]
    observed = f"license_status {found!r}; {exchange.summary()}"
    check.that(f"{GET}.{name}", found == wanted, wanted, observed, exchange)


@requirement(f"{GET}.code-10")
def test_device_without_licence_key_has_no_state(check: Check) -> None:
    with no_key_needed(check):
        check.expect_code(state(check), NOT_REQUIRED)


@requirement(f"{GET}.code-11")
def test_absent_licence_has_no_state(check: Check) -> None:
    if needs_no_key(check):
        check.not_run("the PBX needs no licence key")
    with check.condition("license-absent"):
        check.expect_code(state(check), 11)


@requirement(f"{POST}.code-10")
def test_device_without_licence_key_activates_none(check: Check) -> None:
    with no_key_needed(check):
        check.expect_code(activate(check, {BLOCK: {"activation_key": NO_KEY}}), NOT_REQUIRED)


@requirement(f"{POST}.code-12", UNCHANGED)
def test_request_without_container_is_rejected(check: Check) -> None:
    also = {NOT_REQUIRED} if needs_no_key(check) else set()
    with unchanged(check):
        exchange = activate(check, None, f"no {BLOCK} tag")
    check.passed(UNCHANGED)
    check.expect_code(exchange, 12, also=also)


@requirement(f"{POST}.code-13", UNCHANGED)
def test_activation_key_is_required(check: Check) -> None:
    also = {NOT_REQUIRED} if needs_no_key(check) else set()
    with unchanged(check):
        missing = activate(check, {BLOCK: {}}, "activation_key missing")
        empty = activate(check, {BLOCK: {"activation_key": ""}}, "activation_key empty")
    check.passed(UNCHANGED)
    for exchange in (missing, empty):
        check.expect_code(exchange, 13, also=also)


@pytest.mark.parametrize(
    "code", [pytest.param(code, marks=requirement(f"{POST}.code-{code}")) for code in FAILURES]
)
def test_activation_that_fails_changes_nothing(check: Check, code: int) -> None:
    if needs_no_key(check):
        check.not_run("the PBX needs no licence key")
    # A key that may be activated is only sent where an activation would be allowed.
    allowed = SafetyClass.SERVICE in check.sut.client.allow
    key = check.pixit.activation_key if allowed else ""
    with unchanged(check), check.condition(FAILURES[code]):
        exchange = activate(check, {BLOCK: {"activation_key": key or NO_KEY}})
    # The key that no server knows may be found out before, or besides, what the lab brings about.
    check.expect_code(exchange, code, also=set() if key else {*FAILURES} - {code})


@requirement(f"{POST}.code-0", f"{POST}.activates")
def test_valid_key_activates_the_licence(check: Check) -> None:
    if needs_no_key(check):
        check.not_run("the PBX needs no licence key")
    body = {BLOCK: {"activation_key": check.pixit.activation_key}}
    check.expect_code(check.call("POST /license/pxbinstance", body), 0)
    exchange = state(check)
    observed = f"license_status {status(exchange)!r}; {exchange.summary()}"
    check.that(f"{POST}.activates", status(exchange) == "ACTIVE", "ACTIVE", observed, exchange)
