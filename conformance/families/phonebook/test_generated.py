"""Generated search: any text in any field of a contact is stored as it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.check import requirement
from conformance.families.phonebook.contacts import Contacts
from conformance.objects import one
from conformance.search import generated, search
from conformance.strategies.documents import bodies

if TYPE_CHECKING:
    from conformance.check import Check

PUT = "phonebook.contacts.put"
TAGS = ("first_name", "last_name", "organization", "organizational_unit", "mail")


@generated
@requirement(f"{PUT}.stored")
def test_any_text_is_stored(check: Check) -> None:
    contacts = Contacts(check)
    own = contacts.create()
    known = {"contact/id": st.just(own.id), "contact/phone": st.just("055123456")}
    drawn = bodies("phonebook/phonebook.contacts.put.request.xsd", known)

    def holds(body: dict[str, Any]) -> None:
        sent = own.sent | {tag: text for tag, text in body["contact"].items() if tag in TAGS}
        # The mark stays in a field, so that the contact is found and removed whatever happens.
        exchange = contacts.change(own.id, sent | {"phone": own.sent["phone"]})
        if exchange.code != 0:  # a PBX may refuse a text that it can't store
            return
        record = contacts.listed().get(own.id, {})
        for tag in TAGS:
            held = " ".join(one(record, tag).split()) == " ".join(str(sent[tag]).split())
            check.that(f"{PUT}.stored", held, f"{tag} as sent", f"{tag} differs", exchange)

    search(check, drawn, holds)
