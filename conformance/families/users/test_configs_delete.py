"""Checks of DELETE /users/configs/<exten>: what is gone, what stays, what is free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import Answer, requirement
from conformance.families.users.fields import OTHERWISE, mismatches
from conformance.families.users.views import (
    BRIEF,
    CONFIGS,
    REGISTRATIONS,
    callgroups,
    nothing_changed,
    odd_ones,
)
from conformance.objects import apply, failover, user_fields

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Extensions

DELETE = "users.configs.exten.delete"
VIEWS = (CONFIGS, BRIEF, REGISTRATIONS)
UNTOUCHED = f"{DELETE}.others-untouched"


@requirement(f"{DELETE}.code-0", f"{DELETE}.gone", UNTOUCHED)
@pytest.mark.parametrize("applied", [False, True], ids=["pending", "applied"])
def test_removed_extension_is_gone(check: Check, extensions: Extensions, applied: bool) -> None:
    first, exten, last = (extensions.create() for _ in range(3))
    if applied:
        apply(check)
        for view in VIEWS:
            check.call(view.one, key=exten)  # what is asked for again must not be remembered
    before, groups = extensions.listed(), callgroups(check)
    check.expect_code(extensions.remove(exten), 0)
    after = extensions.listed()
    check.soft(f"{DELETE}.gone", exten not in after, f"{exten} no longer listed", "still listed")
    odd = [other for other in odd_ones(before, after) if other != exten]
    expected = f"every other extension as before, {first} and {last} among them"
    check.soft(UNTOUCHED, not odd, expected, f"removed or changed as well: {', '.join(odd)}")
    apply(check)
    held, expected = callgroups(check) == groups, "the callgroups as before"
    check.soft(UNTOUCHED, held, expected, "they changed")
    for view in VIEWS:
        gone = view.comes_to_list(check, exten, 0)
        check.that(f"{DELETE}.gone", gone, f"{exten} not in {view.all}", "still listed")
        exchange = check.call(view.one, key=exten, answer=Answer.UNKNOWN_OBJECT)
        check.unknown_object(f"{DELETE}.gone", exchange, view.path)


@requirement(f"{DELETE}.code-15", UNTOUCHED)
def test_unknown_extension(check: Check, extensions: Extensions) -> None:
    extensions.create()
    before, exten = extensions.listed(), extensions.free()
    exchange = extensions.remove(exten)
    nothing_changed(check, before, UNTOUCHED)
    check.expect_code(exchange, 15)


@requirement(f"{DELETE}.code-15", UNTOUCHED)
def test_removing_twice(check: Check, extensions: Extensions) -> None:
    extensions.create()
    exten = extensions.create()
    check.expect_code(extensions.remove(exten), 0)
    before = extensions.listed()
    exchange = extensions.remove(exten)
    nothing_changed(check, before, UNTOUCHED)
    check.expect_code(exchange, 15)


@requirement(f"{DELETE}.number-free")
def test_number_can_be_given_again(check: Check, extensions: Extensions) -> None:
    other, exten = extensions.create(), extensions.create()
    apply(check)
    check.expect_code(extensions.remove(exten), 0)
    apply(check)
    sent = user_fields(exten, **OTHERWISE, failover=failover("FORWARD_TO_VOICEMAIL", other))
    exchange = extensions.add(sent)
    held, summary = exchange.code == 0, exchange.summary()
    check.that(f"{DELETE}.number-free", held, f"code 0 for {exten}", summary, exchange)
    wrong = mismatches(sent, extensions.listed().get(exten, {}))
    check.that(f"{DELETE}.number-free", not wrong, "the new fields", "; ".join(wrong))
