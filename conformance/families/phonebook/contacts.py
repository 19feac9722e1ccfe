"""Contacts of the run's own: written with a mark, found by it, removed when the check ends.

The PBX assigns the ids and does not tell them, so that what was written is found by listing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.lab.safety import SafetyClass
from conformance.objects import Extensions, Records, apply_at_exit, listing, one, records

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = [
    "ADDED_OTHERS",
    "FIELDS",
    "MANDATORY",
    "NOT_SAVED",
    "TEXTS",
    "Contacts",
    "Own",
    "differences",
    "digits",
    "unknown_ids",
    "without",
]

MANDATORY = ("first_name", "last_name", "phone")
FIELDS = (
    "first_name",
    "last_name",
    "organization",
    "organizational_unit",
    "phone",
    "mail",
    "speed_dial",
)
# No PBX hands out ids of this size.
UNUSED_ID = "999999999"
MARK_LENGTH = 8
TEXTS = (
    "Zoë Müller-Ñandú",
    "Ελένη",
    "Юлия Ёж",
    "王小明",
    "A & B <c> \"d\" 'e'",
    "100% &amp; %41",
    "100% 𝄞_Ω",
    "Maria Antonietta Giuseppina Francesca della Rovere Montefeltro-Conti",
)
NOT_SAVED = 13
GONE = {0, 15}

LISTED = "phonebook.contacts.post.listed"
OWN_RECORD = "phonebook.contacts.id.get.own-record"
ADDED_OTHERS = "phonebook.contacts.post.others-untouched"
REMOVED_OTHERS = "phonebook.contacts.id.delete.others-untouched"
PRIVATE = "phonebook.contacts.post.private-with-owner"


@dataclass(frozen=True, slots=True)
class Own:
    """A contact that the check made: its id, its mark, the fields as they were sent."""

    id: str
    mark: str
    sent: dict[str, Any]


def digits(mark: str) -> str:
    """A telephone number that goes with a mark."""
    return f"05{int.from_bytes(mark.encode()) % 10**9:09}"


def differences(sent: dict[str, Any], record: dict[str, Any]) -> dict[str, str]:
    """The fields that were sent with a value and are read back with another: each in words."""
    wanted = {tag: str(sent[tag]) for tag in FIELDS if sent.get(tag) is not None}
    return {
        tag: f"{tag} {one(record, tag)!r}, sent was {value!r}"
        for tag, value in wanted.items()
        if one(record, tag).strip() != value.strip()
    }


def unknown_ids(contacts: Records) -> list[str]:
    """Ids that no contact has: one out of all bounds, one with that of a contact inside."""
    inside = [f"9{key}9" for key in list(contacts)[:1]]
    return [key for key in (UNUSED_ID, *inside) if key not in contacts]


def without(contacts: Records, *ids: str) -> Records:
    """The contacts but some."""
    return {key: record for key, record in contacts.items() if key not in ids}


class Contacts:
    """Contacts that a check may create, change and delete."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._marks: list[str] = []
        self._found: set[str] = set()

    @property
    def may_write(self) -> bool:
        """Whether this run may create contacts."""
        sut = self._check.sut
        return SafetyClass.CONFIG in sut.client.allow and not sut.pending_at_start

    @cached_property
    def before(self) -> Records:
        """The contacts as they were when the check first asked."""
        return self.listed()

    def listed(self) -> Records:
        """All contacts by id."""
        return listing(self._check, "GET /phonebook/contacts", "contacts/contact", "id")

    def settled(self, requirement_id: str, holds: Callable[[Records], object]) -> Records:
        """All contacts, once what was written shows: at once, or after apply (RD-18, RD-36)."""
        contacts = self.listed()
        if holds(contacts):
            return contacts
        self._check.call("PUT /pbx/apply")
        contacts = self.listed()
        if holds(contacts):
            remark = "what was written showed only after PUT /pbx/apply (RD-18, RD-36)"
            self._check.remark(requirement_id, remark)
        return contacts

    def mark(self) -> str:
        """A word that no contact holds; contacts that hold it are removed when the check ends."""
        known = str(self.before)
        word = self._check.sut.fresh_id()[:MARK_LENGTH]
        while word in known:
            word = self._check.sut.fresh_id()[:MARK_LENGTH]
        if not self._marks:
            apply_at_exit(self._check)
            self._check.on_exit(self._clear)
        self._marks.append(word)
        return word

    def fields(self, mark: str, **changes: Any) -> dict[str, Any]:
        """The fields of `POST /phonebook/contacts`, in the guide's order, each another value.

        The owner and the speed dial are left out unless they are among the changes: both name
        numbers of the PBX. None leaves a field out.
        """
        fields: dict[str, Any] = {
            "owner": None,
            "first_name": f"Élodie {mark}",
            "last_name": f"Conti {mark}",
            "organization": f"{mark} S.p.A.",
            "organizational_unit": f"Ufficio {mark}",
            "phone": digits(mark),
            "mail": f"{mark}@pbx.example",
            "speed_dial": None,
        }
        return fields | changes

    def odd_fields(self, text: str) -> dict[str, Any]:
        """Fields with a text in all that hold any, for a PBX to store as it is or to refuse."""
        mark = self.mark()
        named = {"first_name": text, "last_name": f"{text} {mark}"}
        units = {"organization": text, "organizational_unit": text}
        mail = f"{mark}.of.the.interface@telephony.department.pbx.example"
        return self.fields(mark, **named, **units, mail=mail)

    def international(self) -> dict[str, Any]:
        """Fields with a telephone number as it is dialled from abroad; a PBX may know none such."""
        mark = self.mark()
        return self.fields(mark, phone=f"+39{digits(mark)}")

    def dialled_otherwise(self, sent: dict[str, Any]) -> bool:
        """Whether a contact has the number that was sent, with 00 for its plus."""
        number = sent["phone"].replace("+", "00")
        return any(one(record, "phone").strip() == number for record in self.listed().values())

    def speed_dial(self) -> str:
        """A number for a speed dial, another one at each call.

        Raises:
            NotRun: no number of the PIXIT is free.
        """
        taken = {one(record, "speed_dial").strip() for record in self.before.values()}
        number = Extensions(self._check).free()
        while number in taken:
            number = Extensions(self._check).free()
        return number

    def assert_speed_dial(self, exchange: Exchange, again: Callable[[], Exchange]) -> None:
        """See that it is not the speed dial for which a request was not saved.

        The guide does not say which numbers may be one.

        Args:
            exchange: the answer to a request with a speed dial.
            again: sends the same without it.

        Raises:
            Inconclusive: code 13, and code 0 without the speed dial.
        """
        if exchange.code == NOT_SAVED and again().code == 0:
            self._check.inconclusive("code 13: this number can be no speed dial on this PBX")

    def add(self, fields: dict[str, Any], **how: Any) -> Exchange:
        """Send a POST with these fields."""
        return self._check.call("POST /phonebook/contacts", {"contact": fields}, **how)

    def create(self, mark: str = "", **changes: Any) -> Own:
        """Create a contact and find it.

        Raises:
            NonConformance: the SUT did not answer with code 0, or does not list the contact.
        """
        sent = self.fields(mark or self.mark(), **changes)
        exchange = self.add(sent)
        if sent["speed_dial"]:
            self.assert_speed_dial(exchange, lambda: self.add(sent | {"speed_dial": None}))
        self._check.expect_code(exchange, 0)
        return self.find(sent)

    def find(self, sent: dict[str, Any]) -> Own:
        """Find the contact that a request with these fields has just added.

        Raises:
            NonConformance: the list holds no such contact, or several.
        """
        [mark] = [mark for mark in self._marks if mark in str(sent)]
        contacts = self.settled(LISTED, lambda found: self.marked(found, mark) - self._found)
        new = self.marked(contacts, mark) - self._found
        times = f"listed {len(new)} times" if new else "not listed"
        self._check.that(LISTED, len(new) == 1, "the contact that was added, once", times)
        self._found |= new
        self.compare_others(ADDED_OTHERS, self.before, contacts)
        return Own(new.pop(), mark, sent)

    def owner(self) -> str:
        """An extension of the check's own, in operation; it goes before the contacts do (RD-39)."""
        self.mark()
        exten = Extensions(self._check).create()
        self._check.call("PUT /pbx/apply")
        return exten

    def marked(self, contacts: Records, *marks: str) -> set[str]:
        """The ids of the contacts that are new and hold one of the marks in any field."""
        return {
            key
            for key, record in without(contacts, *self.before).items()
            if any(mark in one(record, tag) for mark in marks for tag in FIELDS)
        }

    def compare_others(self, requirement_id: str, before: Records, after: Records) -> None:
        """State that the contacts that are not the check's own are as they were."""
        own = {*self.marked(before, *self._marks), *self.marked(after, *self._marks)}
        others, wanted = without(after, *own), without(before, *own)
        changed = [key for key in {**wanted, **others} if others.get(key) != wanted.get(key)]
        observed = f"contact {changed[0]} changed" if changed else ""
        self._check.soft(requirement_id, not changed, "the other contacts as before", observed)

    def change(self, contact_id: str | None, fields: dict[str, Any], **how: Any) -> Exchange:
        """Send a PUT for a contact; the request has no owner."""
        body = {"id": contact_id} | {tag: fields.get(tag) for tag in FIELDS}
        return self._check.call("PUT /phonebook/contacts", {"contact": body}, **how)

    def remove(self, contact_id: str) -> Exchange:
        """Send a DELETE for a contact."""
        return self._check.call("DELETE /phonebook/contacts/<id>", key=contact_id)

    def compare_single(self, contact_id: str, contacts: Records | None = None) -> None:
        """State that the single GET and the list agree on a contact.

        Raises:
            NonConformance: they do not, also not when both are asked again.
        """
        for shown in (contacts or self.listed(), None):
            exchange = self._check.call("GET /phonebook/contacts/<id>", key=contact_id)
            single = records(exchange, "contacts/contact", "id")
            again = shown is None
            record = (self.listed() if shown is None else shown).get(contact_id)
            held = record is not None and single == {contact_id: record}
            if held or again:
                expected = f"contact {contact_id} alone, as the list shows it"
                found = f"contacts {sorted(single)}" if set(single) != {contact_id} else "differs"
                self._check.that(OWN_RECORD, held, expected, found, exchange)
                return

    def _clear(self) -> None:
        # A contact that is pending may not show yet; the end of an owner may be pending as well.
        if self._check.call("GET /pbx/pending").flag("pbx_pending"):
            self._check.call("PUT /pbx/apply")
        contacts = self.listed()
        own = self.marked(contacts, *self._marks)
        for key in sorted(own):
            if one(contacts[key], "type").strip() == "private":
                self._check.remark(PRIVATE, f"contact {key} outlived its owner (RD-39)")
            exchange = self.remove(key)
            if exchange.code not in GONE:
                self._check.leftovers.append(f"contact {key}: {exchange.summary()}")
        if own:
            self.compare_others(REMOVED_OTHERS, without(contacts, *own), self.listed())
