"""Checks of POST /users/configs/ where it must be rejected, each code by the guide's condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.users.fields import MANDATORY, OTHERWISE
from conformance.families.users.views import nothing_changed
from conformance.objects import apply, apply_at_exit, user_fields

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Extensions

POST = "users.configs.post"
NOTHING_ADDED = f"{POST}.rejected-adds-nothing"
LIMIT_REACHED = 13


@requirement(f"{POST}.mandatory-each", f"{POST}.code-12", NOTHING_ADDED)
@pytest.mark.parametrize("state", ["missing", "empty"])
@pytest.mark.parametrize("field", MANDATORY)
def test_each_mandatory_field_is_required(
    check: Check, extensions: Extensions, field: str, state: str
) -> None:
    before = extensions.listed()
    exten = extensions.free()
    fields = user_fields(exten, **{field: None if state == "missing" else ""})
    exchange = extensions.add(fields, broken=f"{field} {state}")
    held, expected = exchange.code == 12, f"code 12 for a document with {field} {state}"
    check.soft(f"{POST}.mandatory-each", held, expected, exchange.summary(), exchange)
    nothing_changed(check, before, NOTHING_ADDED)
    check.expect_code(exchange, 12)


@requirement(f"{POST}.mandatory-each", NOTHING_ADDED)
def test_empty_user_is_rejected(check: Check, extensions: Extensions) -> None:
    before = extensions.listed()
    exchange = extensions.add({}, broken="<user> without a tag")
    check.expect_rejected(f"{POST}.mandatory-each", exchange)
    nothing_changed(check, before, NOTHING_ADDED)


@requirement(f"{POST}.code-10", NOTHING_ADDED)
def test_missing_user_tag(check: Check, extensions: Extensions) -> None:
    apply_at_exit(check)
    before = extensions.listed()
    exchange = check.call("POST /users/configs/", {}, broken="no <user> tag")
    if exchange.code == LIMIT_REACHED:
        extensions.assert_room()
    check.expect_code(exchange, 10)
    nothing_changed(check, before, NOTHING_ADDED)


@requirement(f"{POST}.code-11", f"{POST}.twice", NOTHING_ADDED)
@pytest.mark.parametrize("applied", [False, True], ids=["pending", "applied"])
def test_extension_that_exists(check: Check, extensions: Extensions, applied: bool) -> None:
    exten = extensions.create()
    if applied:
        apply(check)
    before = extensions.listed()
    again = extensions.add(user_fields(exten))
    nothing_changed(check, before, f"{POST}.twice")
    check.expect_code(again, 11)
    exchange = extensions.add(user_fields(exten, **OTHERWISE))
    nothing_changed(check, before, NOTHING_ADDED)
    check.expect_code(exchange, 11)


@requirement(f"{POST}.code-14")
def test_failing_storage(check: Check, extensions: Extensions) -> None:
    exten, before = extensions.free(), extensions.listed()
    with check.condition("storage-failure"):
        exchange = extensions.add(user_fields(exten))
    check.expect_code(exchange, 14)
    nothing_changed(check, before, NOTHING_ADDED)
    apply(check)
    nothing_changed(check, before, NOTHING_ADDED)
