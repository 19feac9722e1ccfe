"""Checks of DELETE /phonebook/contacts/<id>: what is gone, what is rejected, what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import Answer, requirement
from conformance.families.phonebook.contacts import Contacts, unknown_ids, without
from conformance.objects import apply_at_exit

if TYPE_CHECKING:
    from conformance.check import Check

DELETE = "phonebook.contacts.id.delete"
GONE = f"{DELETE}.gone"
SINGLE_UNKNOWN = "phonebook.contacts.id.get.unknown"


@pytest.fixture
def contacts(check: Check) -> Contacts:
    """Contacts of the check's own."""
    return Contacts(check)


def nothing_removed(check: Check, contacts: Contacts, before: object) -> None:
    """State that the phonebook is as it was before."""
    held = contacts.listed() == before
    check.that(f"{DELETE}.rejected-deletes-nothing", held, "the contacts as before", "they changed")


@requirement(f"{DELETE}.code-0", GONE, f"{DELETE}.others-untouched")
def test_removed_contact_is_gone(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    contacts.create(own.mark, mail=f"twin.{own.mark}@pbx.example")
    others = without(contacts.listed(), own.id)
    check.expect_code(contacts.remove(own.id), 0)
    after = contacts.settled(GONE, lambda found: own.id not in found)
    check.soft(GONE, own.id not in after, "no longer listed", "still listed")
    held = without(after, own.id) == others
    check.soft(f"{DELETE}.others-untouched", held, "the others as before", "they changed")
    single = check.call("GET /phonebook/contacts/<id>", key=own.id, answer=Answer.UNKNOWN_OBJECT)
    check.unknown_object(SINGLE_UNKNOWN, single, "contacts/contact")
    search = check.call("POST /phonebook/search", {"filter": {"mail": own.sent["mail"]}})
    found = [(item.findtext("id") or "").strip() for item in search.records("contacts/contact")]
    check.that(GONE, own.id not in found, "not found by a search", "found", search)


@requirement(f"{DELETE}.code-15", f"{DELETE}.rejected-deletes-nothing")
def test_unknown_contact_is_not_found(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    check.expect_code(contacts.remove(own.id), 0)
    before = contacts.settled(GONE, lambda found: own.id not in found)
    check.expect_code(contacts.remove(own.id), 15)
    # Where ids are no numbers, a number may be no id at all (RD-30).
    also = () if own.id.isdigit() else {14}
    for unknown in unknown_ids(before):
        check.expect_code(contacts.remove(unknown), 15, also=also)
    nothing_removed(check, contacts, before)


@requirement(f"{DELETE}.code-14", f"{DELETE}.rejected-deletes-nothing")
def test_word_is_no_contact_id(check: Check, contacts: Contacts) -> None:
    apply_at_exit(check)
    before = contacts.listed()
    exchange = contacts.remove("no-such-contact")
    nothing_removed(check, contacts, before)
    check.passed(f"{DELETE}.rejected-deletes-nothing")
    check.expect_code(exchange, 14, also={15})


@requirement(f"{DELETE}.code-17", f"{DELETE}.rejected-deletes-nothing")
def test_private_contact_is_not_the_admins(check: Check, contacts: Contacts) -> None:
    own = contacts.create(owner=contacts.owner())
    before = contacts.listed()
    check.expect_code(contacts.remove(own.id), 17)
    nothing_removed(check, contacts, before)


@requirement(f"{DELETE}.code-18")
def test_failing_storage_removes_nothing(check: Check, contacts: Contacts) -> None:
    own = contacts.create()
    before = contacts.listed()
    with check.condition("storage-failure"):
        check.expect_code(contacts.remove(own.id), 18)
    nothing_removed(check, contacts, before)
