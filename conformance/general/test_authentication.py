"""Authentication, on every endpoint (Introduction)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from conformance.check import Answer, requirement
from conformance.general.probing import ENDPOINTS, free_key, harmless
from conformance.wire.client import basic, md5

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

UNAUTHORIZED = 401
NOT_A_PASSWORD = "not the password of this PBX"  # noqa: S105


def refused(exchange: Exchange) -> bool:
    """RD-11: 401, whatever the body."""
    return exchange.status == UNAUTHORIZED


def wrong_credentials(check: Check) -> dict[str, str | None]:
    """Credentials that no PBX accepts, by what is wrong with them."""
    username = check.sut.target.connection.username
    return {"no credentials": None, "a wrong password": basic(username, md5(NOT_A_PASSWORD))}


def nearly_right(check: Check) -> dict[str, str]:
    """Passwords that are the right one but for a character, by what is wrong with them."""
    connection = check.sut.target.connection
    right = md5(connection.password)
    wrong = {
        "without its last character": right[:-1],
        "with another last character": right[:-1] + ("0" if right[-1] != "0" else "1"),
        "with a character more": f"{right}0",
        "with nothing in it": "",
    }
    return {said: basic(connection.username, password) for said, password in wrong.items()}


@pytest.mark.parametrize(
    "endpoint",
    [
        pytest.param(e.name, marks=requirement(f"{e.slug}.authentication"), id=e.slug)
        for e in ENDPOINTS
    ],
)
def test_refused_without_valid_credentials(check: Check, endpoint: str) -> None:
    end = check.sut.endpoint(endpoint)
    key = free_key(check, endpoint)
    for said, wrong in wrong_credentials(check).items():
        exchange = harmless(check, endpoint, answer=Answer.REFUSED, key=key, authorization=wrong)
        expected = f"401 with {said}"
        check.that(
            f"{end.slug}.authentication", refused(exchange), expected, exchange.summary(), exchange
        )


@requirement("api.authentication.password-is-md5")
def test_plain_web_password_is_refused(check: Check) -> None:
    connection = check.sut.target.connection
    plain = basic(connection.username, connection.password)
    exchange = check.call("GET /system/firmware", answer=Answer.REFUSED, authorization=plain)
    requirement_id = "api.authentication.password-is-md5"
    check.that(requirement_id, refused(exchange), "401", exchange.summary(), exchange)


@requirement("api.authentication.password-is-md5")
def test_nearly_the_right_password_is_refused(check: Check) -> None:
    requirement_id = "api.authentication.password-is-md5"
    for said, wrong in nearly_right(check).items():
        exchange = check.call("GET /system/firmware", answer=Answer.REFUSED, authorization=wrong)
        expected = f"401 for the password {said}"
        check.that(requirement_id, refused(exchange), expected, exchange.summary(), exchange)


@requirement("api.authentication.username-is-admin")
def test_another_user_name_is_refused(check: Check) -> None:
    connection = check.sut.target.connection
    for name in (f"{connection.username}x", "root", ""):
        other = basic(name, md5(connection.password))
        exchange = check.call("GET /system/firmware", answer=Answer.REFUSED, authorization=other)
        requirement_id = "api.authentication.username-is-admin"
        expected = f"401 for the user name {name!r}"
        check.that(requirement_id, refused(exchange), expected, exchange.summary(), exchange)


@requirement("api.authentication.challenge")
def test_refusal_carries_a_basic_challenge(check: Check) -> None:
    for wrong in (None, basic(check.sut.target.connection.username, md5(NOT_A_PASSWORD))):
        challenged(check, wrong)


def challenged(check: Check, wrong: str | None) -> None:
    """State that a request with these credentials is refused with a Basic challenge."""
    exchange = check.call("GET /system/firmware", answer=Answer.REFUSED, authorization=wrong)
    assert exchange.response is not None
    challenge = exchange.response.header("www-authenticate")
    # RFC 7617, section 2: the realm is required.
    found = re.search(r"(^|,)\s*basic\s+([^,]*,\s*)*?realm\s*=", challenge, re.IGNORECASE)
    observed = f"WWW-Authenticate: {challenge or '(none)'}"
    expected = "401 with a Basic challenge and its realm"
    held = found and refused(exchange)
    said = f"HTTP {exchange.status}, {observed}"
    check.that("api.authentication.challenge", held, expected, said, exchange)
