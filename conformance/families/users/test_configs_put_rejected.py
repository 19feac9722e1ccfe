"""Checks of PUT /users/configs/<exten> where it must be rejected, each code by its condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check import requirement
from conformance.families.users.views import nothing_changed
from conformance.objects import apply, user_fields

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Extensions, Records
    from conformance.wire.exchange import Exchange

PUT = "users.configs.exten.put"
NOTHING = f"{PUT}.rejected-changes-nothing"
ENDPOINT = "PUT /users/configs/<exten>"


def rejected(check: Check, exchange: Exchange, code: int, before: Records) -> None:
    """State the code of a rejected change, and that nothing has changed."""
    nothing_changed(check, before, NOTHING)
    check.expect_code(exchange, code)


@requirement(f"{PUT}.code-10", NOTHING)
def test_missing_user_tag(check: Check, extensions: Extensions) -> None:
    exten = extensions.create()
    before = extensions.listed()
    exchange = check.call(ENDPOINT, {}, key=exten, broken="no <user> tag")
    rejected(check, exchange, 10, before)


@requirement(f"{PUT}.code-15", NOTHING)
def test_unknown_extension(check: Check, extensions: Extensions) -> None:
    extensions.create()
    before, exten = extensions.listed(), extensions.free()
    extensions.remove_at_exit(exten)
    fields = user_fields(exten, exten=None)
    for sent in (fields, {"last_name": "Nobody"}, {"vm_enabled": True}):
        rejected(check, extensions.change(exten, sent), 15, before)


@requirement(f"{PUT}.code-15", NOTHING)
def test_removed_extension(check: Check, extensions: Extensions) -> None:
    exten = extensions.create()
    check.expect_code(extensions.remove(exten), 0)
    before = extensions.listed()
    rejected(check, extensions.change(exten, {"last_name": "Nobody"}), 15, before)


@requirement(f"{PUT}.code-16", NOTHING)
def test_empty_user(check: Check, extensions: Extensions) -> None:
    exten = extensions.create()
    before = extensions.listed()
    exchange = extensions.change(exten, {}, broken="<user> without a tag")
    rejected(check, exchange, 16, before)


@requirement(f"{PUT}.code-14")
def test_failing_storage(check: Check, extensions: Extensions) -> None:
    exten = extensions.create()
    apply(check)
    before = extensions.listed()
    with check.condition("storage-failure"):
        exchange = extensions.change(exten, {"last_name": "Unsaved"})
    rejected(check, exchange, 14, before)
    apply(check)
    nothing_changed(check, before, NOTHING)
