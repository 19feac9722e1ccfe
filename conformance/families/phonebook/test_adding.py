"""Checks of POST /phonebook/contacts: what is written, whose it is, what is rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import requirement
from conformance.families.phonebook.contacts import (
    FIELDS,
    MANDATORY,
    NOT_SAVED,
    TEXTS,
    Contacts,
    differences,
)
from conformance.objects import Extensions, apply_at_exit, one

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Records

POST = "phonebook.contacts.post"


@pytest.fixture
def contacts(check: Check) -> Contacts:
    """Contacts of the check's own."""
    return Contacts(check)


def nothing_added(check: Check, contacts: Contacts, before: Records) -> None:
    """State that the phonebook is as it was before."""
    held = contacts.listed() == before
    check.that(f"{POST}.rejected-adds-nothing", held, "the contacts as before", "they changed")


def has_type(check: Check, contacts: Contacts, what: str, wanted: str, **owner: Any) -> None:
    """Create a contact and state its type; the one way to see whose it is."""
    own = contacts.create(**owner)
    listed = contacts.listed()
    record = listed.get(own.id, {})
    found = one(record, "type").strip()
    check.that(f"{POST}.{what}", found == wanted, f"type {wanted}", f"type {found!r}")
    wrong = differences(own.sent, record)
    observed = "; ".join(wrong.values())
    check.soft(f"{POST}.stored", not wrong, "every field as sent", observed)
    contacts.compare_single(own.id, listed)


@requirement(f"{POST}.code-0", f"{POST}.listed", f"{POST}.others-untouched")
def test_added_contact_is_listed_once(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    exchange = check.call("GET /phonebook/contacts")
    shown = exchange.records("contacts/contact")
    times = [(item.findtext("id") or "").strip() for item in shown].count(own.id)
    check.soft(f"{POST}.listed", times == 1, "listed once", f"listed {times} times", exchange)
    contacts.compare_single(own.id)


@requirement(f"{POST}.stored")
@pytest.mark.parametrize("dialled", [False, True], ids=["plain", "speed-dial"])
def test_added_contact_has_the_fields_sent(check: Check, contacts: Contacts, dialled: bool) -> None:
    own = contacts.create(speed_dial=contacts.speed_dial() if dialled else None)
    wrong = differences(own.sent, contacts.listed().get(own.id, {}))
    observed = "; ".join(wrong.values())
    check.that(f"{POST}.stored", not wrong, "every field as sent", observed)
    contacts.compare_single(own.id)


@requirement(f"{POST}.text")
def test_text_of_every_script_survives(check: Check, contacts: Contacts) -> None:
    stored = 0
    for text in TEXTS:
        sent = contacts.odd_fields(text)
        exchange = contacts.add(sent)
        if exchange.code == NOT_SAVED:
            check.remark(f"{POST}.text", f"{text!r} is rejected with code 13")
            continue
        check.expect_code(exchange, 0)
        own = contacts.find(sent)
        wrong = differences(sent, contacts.listed().get(own.id, {}))
        observed = "; ".join(wrong.values())
        check.soft(f"{POST}.text", not wrong, f"{text!r} as sent", observed)
        stored += 1
    if not stored:
        check.inconclusive("every text is rejected with code 13")


@requirement(f"{POST}.stored")
def test_international_number_is_kept(check: Check, contacts: Contacts) -> None:
    sent = contacts.international()
    exchange = contacts.add(sent)
    if exchange.code != 0:
        check.inconclusive(f"{sent['phone']} is no telephone number here: {exchange.summary()}")
    added = contacts.find(sent)  # before the list is read: it may show what runs (RD-36)
    wrong = differences(sent, contacts.listed().get(added.id, {}))
    if [*wrong] == ["phone"] and contacts.dialled_otherwise(sent):
        check.inconclusive("the + of a telephone number is kept as 00")
    check.that(f"{POST}.stored", not wrong, "every field as sent", "; ".join(wrong.values()))


@requirement(f"{POST}.mandatory-suffices")
def test_three_fields_suffice(check: Check, contacts: Contacts) -> None:
    full = contacts.create()
    optional = [tag for tag in FIELDS if tag not in MANDATORY]
    sent = contacts.fields(contacts.mark(), **dict.fromkeys(optional))
    exchange = contacts.add(sent)
    held = exchange.code == 0 and not exchange.gated
    summary = exchange.summary()
    check.that(f"{POST}.mandatory-suffices", held, "code 0", summary, exchange)
    bare = contacts.find(sent)
    record = contacts.listed().get(bare.id, {})
    wrong = differences(sent, record)
    wrong |= {
        tag: f"{tag} {one(record, tag)!r} of another contact"
        for tag in optional
        if full.mark in one(record, tag)
    }
    expected = "the three fields as sent, and nothing of another contact"
    check.that(f"{POST}.mandatory-suffices", not wrong, expected, "; ".join(wrong.values()))


@requirement(f"{POST}.system-without-owner")
def test_contact_without_owner_is_a_system_one(check: Check, contacts: Contacts) -> None:
    has_type(check, contacts, "system-without-owner", "system", owner=None)


@requirement(f"{POST}.system-with-minus-one")
def test_contact_of_minus_one_is_a_system_one(check: Check, contacts: Contacts) -> None:
    has_type(check, contacts, "system-with-minus-one", "system", owner="-1")


@requirement(f"{POST}.private-with-owner", f"{POST}.stored")
def test_contact_of_an_extension_is_private(check: Check, contacts: Contacts) -> None:
    owner = contacts.owner()
    has_type(check, contacts, "private-with-owner", "private", owner=owner)


@requirement(f"{POST}.twice", f"{POST}.code-0")
def test_same_request_twice_keeps_the_first_contact(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    first = contacts.listed().get(own.id)
    again = contacts.add(own.sent)
    after = contacts.settled(
        f"{POST}.twice", lambda found: again.code or len(contacts.marked(found, own.mark)) > 1
    )
    held = after.get(own.id) == first
    check.that(f"{POST}.twice", held, "the first contact as it was", "it changed", again)
    second = contacts.marked(after, own.mark) - {own.id}
    if again.code != 0:
        observed = f"{len(second)} more"
        check.that(f"{POST}.twice", not second, "no contact of a rejected request", observed, again)
    elif not second:
        check.remark(f"{POST}.twice", "the second request succeeded and added no contact")


@requirement(f"{POST}.code-10", f"{POST}.rejected-adds-nothing")
def test_request_without_contact_is_rejected(check: Check, contacts: Contacts) -> None:
    apply_at_exit(check)
    before = contacts.before
    exchange = check.call("POST /phonebook/contacts", broken="no contact tag")
    check.expect_code(exchange, 10)
    nothing_added(check, contacts, before)


@requirement(f"{POST}.code-11", f"{POST}.rejected-adds-nothing")
def test_owner_that_is_no_extension_is_rejected(check: Check, contacts: Contacts) -> None:
    mark, unknown = contacts.mark(), Extensions(check).free()
    for owner, broken in ((unknown, ""), ("nobody", "a word as owner"), ("-2", "owner -2")):
        exchange = contacts.add(contacts.fields(mark, owner=owner), broken=broken)
        check.expect_code(exchange, 11)
    nothing_added(check, contacts, contacts.before)


@requirement(f"{POST}.code-12", f"{POST}.mandatory-each", f"{POST}.rejected-adds-nothing")
@pytest.mark.parametrize("field", MANDATORY)
def test_each_mandatory_field_is_required(check: Check, contacts: Contacts, field: str) -> None:
    mark = contacts.mark()
    for value, said in ((None, "missing"), ("", "empty")):
        fields = contacts.fields(mark, **{field: value})
        check.expect_code(contacts.add(fields, broken=f"{field} {said}"), 12)
    nothing_added(check, contacts, contacts.before)


@requirement(f"{POST}.code-13")
def test_failing_storage_adds_nothing(check: Check, contacts: Contacts) -> None:
    fields = contacts.fields(contacts.mark())
    with check.condition("storage-failure"):
        check.expect_code(contacts.add(fields), 13)
    nothing_added(check, contacts, contacts.before)
