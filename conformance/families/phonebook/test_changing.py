"""Checks of PUT /phonebook/contacts: what is changed, what is rejected, what stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import requirement
from conformance.families.phonebook.contacts import (
    NOT_SAVED,
    TEXTS,
    Contacts,
    Own,
    differences,
    unknown_ids,
    without,
)
from conformance.objects import apply_at_exit, one

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Records

PUT = "phonebook.contacts.put"


@pytest.fixture
def contacts(check: Check) -> Contacts:
    """Contacts of the check's own."""
    return Contacts(check)


def change(check: Check, contacts: Contacts, own: Own, fields: dict[str, Any]) -> None:
    """Change every field of a contact and state that it is read back so (RD-38), it alone."""
    before = without(contacts.listed(), own.id)
    exchange = contacts.change(own.id, fields)
    if fields["speed_dial"]:
        plain = fields | {"speed_dial": None}
        contacts.assert_speed_dial(exchange, lambda: contacts.change(own.id, plain))
    check.expect_code(exchange, 0)
    after = contacts.settled(
        f"{PUT}.stored",
        partial(_is_stored, own, fields),
    )
    record = after.get(own.id, {})
    wrong = differences(fields, record)
    check.that(f"{PUT}.stored", not wrong, "every field as sent", "; ".join(wrong.values()))
    kind = one(record, "type").strip()
    check.that(f"{PUT}.stored", kind == "system", "still a system contact", f"type {kind!r}")
    held = without(after, own.id) == before
    check.soft(f"{PUT}.others-untouched", held, "the other contacts as before", "they changed")
    contacts.compare_single(own.id)


@requirement(f"{PUT}.code-0", f"{PUT}.stored")
def test_every_field_can_be_changed(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    fields = contacts.fields(contacts.mark(), first_name="Zoë & <Söhne>")
    for values in (fields, fields, own.sent):
        change(check, contacts, own, values)


def _is_stored(own: Own, fields: dict[str, Any], found: Records) -> bool:
    return own.id in found and not differences(fields, found[own.id])


@requirement(f"{PUT}.stored")
def test_changed_text_survives(check: Check, contacts: Contacts) -> None:
    own, stored = contacts.create(), 0
    for text in TEXTS:
        fields = contacts.odd_fields(text)
        exchange = contacts.change(own.id, fields)
        if exchange.code == NOT_SAVED:
            check.remark(f"{PUT}.stored", f"{text!r} is rejected with code 13")
            continue
        check.expect_code(exchange, 0)
        held = partial(_is_stored, own, fields)
        after = contacts.settled(f"{PUT}.stored", held)
        wrong = differences(fields, after.get(own.id, {}))
        observed = "; ".join(wrong.values())
        check.soft(f"{PUT}.stored", not wrong, f"{text!r} as sent", observed, exchange)
        stored += 1
    if not stored:
        check.inconclusive("every text is rejected with code 13")


@requirement(f"{PUT}.stored")
def test_international_number_is_kept(check: Check, contacts: Contacts) -> None:
    own, sent = contacts.create(), contacts.international()
    exchange = contacts.change(own.id, sent)
    if exchange.code != 0:
        check.inconclusive(f"{sent['phone']} is no telephone number here: {exchange.summary()}")
    after = contacts.settled(f"{PUT}.stored", partial(_is_stored, own, sent))
    wrong = differences(sent, after.get(own.id, {}))
    if [*wrong] == ["phone"] and contacts.dialled_otherwise(sent):
        check.inconclusive("the + of a telephone number is kept as 00")
    check.that(f"{PUT}.stored", not wrong, "every field as sent", "; ".join(wrong.values()))


@requirement(f"{PUT}.stored")
def test_speed_dial_can_be_changed(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    first, second = contacts.speed_dial(), contacts.speed_dial()
    for number in (first, second):
        change(check, contacts, own, own.sent | {"speed_dial": number})


@requirement(f"{PUT}.others-untouched")
def test_change_leaves_the_others_alone(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    contacts.create(own.mark, mail=f"twin.{own.mark}@pbx.example")
    change(check, contacts, own, contacts.fields(contacts.mark()))


@requirement(f"{PUT}.code-10", f"{PUT}.rejected-changes-nothing")
def test_request_without_contact_is_rejected(check: Check, contacts: Contacts) -> None:
    apply_at_exit(check)
    before = contacts.listed()
    exchange = check.call("PUT /phonebook/contacts", broken="no contact tag")
    check.expect_code(exchange, 10)
    nothing_changed(check, contacts, before)


@requirement(f"{PUT}.code-12", f"{PUT}.rejected-changes-nothing")
def test_request_without_id_is_rejected(check: Check, contacts: Contacts) -> None:
    contacts.create()
    before = contacts.listed()
    fields = contacts.fields(contacts.mark())
    for contact_id, said in ((None, "missing"), ("", "empty")):
        check.expect_code(contacts.change(contact_id, fields, broken=f"id {said}"), 12)
    nothing_changed(check, contacts, before)


@requirement(f"{PUT}.code-15", f"{PUT}.rejected-changes-nothing")
def test_unknown_contact_is_not_found(check: Check, contacts: Contacts) -> None:
    contacts.create()
    before = contacts.listed()
    fields = contacts.fields(contacts.mark())
    for unknown in unknown_ids(before):
        check.expect_code(contacts.change(unknown, fields), 15)
    nothing_changed(check, contacts, before)


@requirement(f"{PUT}.code-17", f"{PUT}.rejected-changes-nothing")
def test_private_contact_is_not_the_admins(check: Check, contacts: Contacts) -> None:
    own = contacts.create(owner=contacts.owner())
    before = contacts.listed()
    check.expect_code(contacts.change(own.id, contacts.fields(contacts.mark())), 17)
    nothing_changed(check, contacts, before)


@requirement(f"{PUT}.code-13")
def test_failing_storage_changes_nothing(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    before = contacts.listed()
    fields = contacts.fields(contacts.mark())
    with check.condition("storage-failure"):
        check.expect_code(contacts.change(own.id, fields), 13)
    nothing_changed(check, contacts, before)


def nothing_changed(check: Check, contacts: Contacts, before: object) -> None:
    """State that the phonebook is as it was before."""
    held = contacts.listed() == before
    check.that(f"{PUT}.rejected-changes-nothing", held, "the contacts as before", "they changed")
