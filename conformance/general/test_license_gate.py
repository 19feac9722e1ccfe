"""The licence gate, on every endpoint (REST APIs and KalliopePBX license activation)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.check import Answer, requirement
from conformance.general.probing import ENDPOINTS, free_key, harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.catalogue import Endpoint
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

NO_LICENSE_NEEDED = 10
CONDITIONS = {1: "license-missing", 2: "license-expired", 3: "license-disabled"}


def gates(check: Check, end: Endpoint, exchange: Exchange, code: int) -> bool:
    """State that the gate let an endpoint through or stopped it, as the guide says."""
    requirement_id = f"{end.slug}.license"
    if end.license_exempt:
        expected = "no licence block: this endpoint is exempt"
        return check.soft(
            requirement_id, not exchange.gated, expected, exchange.summary(), exchange
        )
    held = exchange.gated and exchange.code == code
    expected = f"request_not_allowed with code {code}"
    return check.soft(requirement_id, held, expected, exchange.summary(), exchange)


@contextmanager
def in_force(check: Check, condition: str) -> Iterator[None]:
    """A licence condition that has an effect.

    Raises:
        NotRun: the PBX needs no licence, and goes on saying so.
    """
    with check.condition(condition):
        if check.sut.target.pics.license_key_required is False:
            exchange = check.call("GET /license/pxbinstance")
            if exchange.code == NO_LICENSE_NEEDED:
                check.not_run(f"this PBX needs no licence: {condition} has no effect on it")
        yield


@pytest.mark.parametrize(
    ("endpoint", "number"),
    [
        pytest.param(
            end.name, number, marks=requirement(f"{end.slug}.license"), id=f"{end.slug}-{number}"
        )
        for end in ENDPOINTS
        for number in CONDITIONS
    ],
)
def test_gate_on_every_endpoint(check: Check, endpoint: str, number: int) -> None:
    end = check.sut.endpoint(endpoint)
    key = free_key(check, endpoint)
    with in_force(check, CONDITIONS[number]):
        gates(check, end, harmless(check, endpoint, key=key), number)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(
            number,
            marks=requirement(f"api.license.code-{number}", f"api.license.message-{number}"),
            id=name,
        )
        for number, name in CONDITIONS.items()
    ],
)
def test_licence_code(check: Check, number: int) -> None:
    with in_force(check, CONDITIONS[number]):
        exchange = check.call("GET /users/brief/")
    held = exchange.gated and exchange.code == number
    check.that(f"api.license.code-{number}", held, f"code {number}", exchange.summary(), exchange)


@requirement("api.license.format")
def test_gated_answer_holds_nothing_else(check: Check) -> None:
    with in_force(check, "license-missing"):
        exchange = check.call("GET /users/configs/", answer=Answer.XML)
    if not exchange.gated or exchange.root is None:
        check.inconclusive(f"not gated: {exchange.summary()}")
    tags = {child.tag for child in exchange.root} - {"request_id"}
    shown = ", ".join(sorted(map(str, tags)))
    held = tags == {"request_not_allowed"}
    check.that("api.license.format", held, "request_not_allowed alone", shown, exchange)
