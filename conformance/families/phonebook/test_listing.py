"""Checks of the list of contacts, the single one, and of contacts that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check import Answer, requirement
from conformance.families.phonebook.contacts import Contacts, unknown_ids

if TYPE_CHECKING:
    from conformance.check import Check

LIST = "phonebook.contacts.get"
SINGLE = "phonebook.contacts.id.get"
COMPARED = 24


def spread(ids: list[str]) -> list[str]:
    """Some of the ids: the first few, the last few, and some between them."""
    few = COMPARED // 4
    step = max(1, len(ids) // (COMPARED - 2 * few))
    return list(dict.fromkeys([*ids[:few], *ids[::step], *ids[-few:]]))


@requirement(f"{LIST}.unique-ids")
def test_each_contact_has_its_own_id(check: Check) -> None:
    exchange = check.call("GET /phonebook/contacts")
    ids = [(item.findtext("id") or "").strip() for item in exchange.records("contacts/contact")]
    if not ids:
        check.inconclusive("the phonebook is empty")
    twice = sorted({key for key in ids if ids.count(key) > 1})
    observed = f"more than once: {', '.join(twice[:3])}"
    check.that(f"{LIST}.unique-ids", not twice, "each id once", observed, exchange)


@requirement(f"{SINGLE}.own-record")
def test_single_contact_is_the_one_of_the_list(check: Check) -> None:
    contacts = Contacts(check)
    listed = contacts.listed()
    if not listed:
        check.inconclusive("the phonebook is empty")
    for contact_id in spread(list(listed)):
        contacts.compare_single(contact_id, listed)


@requirement(f"{SINGLE}.unknown")
def test_unknown_contact_brings_no_record(check: Check) -> None:
    for unknown in unknown_ids(Contacts(check).listed()):
        exchange = check.call(
            "GET /phonebook/contacts/<id>", key=unknown, answer=Answer.UNKNOWN_OBJECT
        )
        check.unknown_object(f"{SINGLE}.unknown", exchange, "contacts/contact")
