"""Checks of /users/configs: what is written, what is rejected, what stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.objects import Extensions, failover, one, user_fields

if TYPE_CHECKING:
    from conformance.check import Check

POST = "users.configs.post"
PUT = "users.configs.exten.put"
DELETE = "users.configs.exten.delete"
MANDATORY = ("exten", "sip_secret", "first_name", "last_name")
TEXT_FIELDS = ("sip_secret", "first_name", "last_name", "vm_secret", "vm_email")
FLAGS = ("vm_enabled", "vm_attach_enabled", "vm_message_delete")
TEXTS = ("Zoë Müller-Ñandú", "Ελένη Παπαδοπούλου", "Юлия", "王小明", "A & B <c> \"d\" 'e'", "𝄞 Ω")


@pytest.fixture
def extensions(check: Check) -> Extensions:
    """Extensions of the check's own."""
    return Extensions(check)


def as_text(value: object) -> str:
    """A value as the PBX returns it: booleans as words."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@requirement(f"{POST}.code-0", f"{POST}.listed", f"{POST}.others-untouched")
def test_added_extension_is_listed(check: Check, extensions: Extensions) -> None:
    before = extensions.listed()
    exten = extensions.create()
    after = extensions.listed()
    shown = check.call("GET /users/configs/").records("configs/config")
    times = [(item.findtext("exten") or "").strip() for item in shown].count(exten)
    check.soft(f"{POST}.listed", times == 1, f"{exten} listed once", f"listed {times} times")
    others = {key: record for key, record in after.items() if key != exten}
    check.soft(f"{POST}.others-untouched", others == before, "the others as before", "they changed")
    brief = check.call("GET /users/brief/").records("users/user")
    times = [(item.findtext("exten") or "").strip() for item in brief].count(exten)
    check.that(f"{POST}.listed", times == 1, f"{exten} once in brief", f"listed {times} times")


@requirement(f"{POST}.stored")
def test_added_extension_has_the_fields_sent(check: Check, extensions: Extensions) -> None:
    other = extensions.create()
    target = failover("FORWARD_TO_EXTEN", other)
    exten = extensions.free()
    sent = user_fields(exten, failover=target, vm_message_delete=True)
    check.expect_code(extensions.add(sent), 0)
    record = extensions.listed().get(exten, {})
    for field in (*TEXT_FIELDS, *FLAGS):
        wanted, found = as_text(sent[field]), one(record, field)
        found = found.strip() if field in FLAGS else found
        check.that(f"{POST}.stored", found == wanted, f"{field} as sent", f"{field} differs")
    stored = record.get("failover", [{}])[0]
    assert isinstance(stored, dict)
    kind = one(stored, "type").strip()
    check.that(f"{POST}.stored", kind == "FORWARD_TO_EXTEN", "failover type as sent", repr(kind))


@requirement(f"{POST}.mandatory-each", f"{POST}.code-12", f"{POST}.rejected-adds-nothing")
def test_each_mandatory_field_is_required(check: Check, extensions: Extensions) -> None:
    before = extensions.listed()
    for field in MANDATORY:
        for value in (None, ""):
            fields = user_fields(extensions.free(), **{field: value})
            said = f"{field} {'missing' if value is None else 'empty'}"
            exchange = check.call("POST /users/configs/", {"user": fields}, broken=said)
            check.expect_code(exchange, 12)
    after = extensions.listed()
    check.that(f"{POST}.rejected-adds-nothing", after == before, "the same extensions", "others")
