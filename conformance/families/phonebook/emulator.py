"""The emulated /phonebook: system contacts, and private ones of an extension."""

from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from conformance.emulator.calls import predicate
from conformance.emulator.document import Form, add, number
from conformance.emulator.model import SYSTEM_OWNER, Contact
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Document, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_ADDED = Codes(
    "contact",
    {
        0: "Success",
        10: "Invalid contact request",
        11: "Invalid owner for user",
        12: "One or more required field missing",
        13: "Contact not saved",
    },
)
_SEARCHED = Codes("search", {19: "Invalid filter request"})
_REMOVED = Codes(
    "contact",
    {
        0: "Success",
        14: "Invalid contact ID",
        15: "Contact not found",
        17: "Admin can not handle private contact",
        18: "Contact not deleted",
    },
)
_CHANGED = Codes(
    "contact",
    {
        0: "Success",
        10: "Invalid contact request",
        12: "One or more required field missing",
        13: "Contact not saved",
        15: "Contact not found",
        17: "Admin can not handle private contact",
    },
)

_REQUIRED = ("first_name", "last_name", "phone")
_SEARCHABLE = ("first_name", "last_name", "organization", "organizational_unit", "phone", "mail")
_FIELDS = (*_SEARCHABLE, "speed_dial")


def _contacts(pbx: Pbx, _: ApiRequest) -> Reply:
    return _listing(_visible(pbx))


def _contact(pbx: Pbx, request: ApiRequest) -> Reply:
    return _listing(contact for contact in _visible(pbx) if contact.id == request.argument)


def _search(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("filter")
    if form is None:
        return _SEARCHED(19)
    return _listing(filter(predicate(form, _SEARCHABLE, _FIELDS), _visible(pbx)))


def _add(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("contact")
    if form is None:
        return _ADDED(10)
    if form.lacks(*_REQUIRED):
        return _ADDED(12)
    owner = form.word("owner") if "owner" in form else SYSTEM_OWNER
    if owner != SYSTEM_OWNER and owner not in pbx.config.draft.users:
        return _ADDED(11)
    if not pbx.stores:
        return _ADDED(13)
    blank = Contact(id=str(pbx.new_id()), first_name="", last_name="", phone="", owner=owner)
    pbx.phonebook.put(_filled(blank, form))
    return _ADDED(0)


def _remove(pbx: Pbx, request: ApiRequest) -> Reply:
    if number(request.argument) is None:
        return _REMOVED(14)
    contact = _find(pbx, request.argument)
    if contact is None:
        return _REMOVED(15)
    if contact.private:
        return _REMOVED(17)
    if not pbx.stores:
        return _REMOVED(18)
    pbx.phonebook.remove(contact.id)
    return _REMOVED(0)


def _change(pbx: Pbx, request: ApiRequest) -> Reply:  # noqa: PLR0911 - a return per code
    form = request.body.block("contact")
    if form is None:
        return _CHANGED(10)
    if form.lacks("id") or not form.has_any(*_FIELDS):
        return _CHANGED(12)
    contact = _find(pbx, form.word("id"))
    if contact is None:
        return _CHANGED(15)
    if contact.private:
        return _CHANGED(17)
    if any(tag in form and form.lacks(tag) for tag in _REQUIRED):
        return _CHANGED(12)
    if not pbx.stores:
        return _CHANGED(13)
    pbx.phonebook.put(_filled(contact, form))
    return _CHANGED(0)


def _filled(contact: Contact, form: Form) -> Contact:
    return replace(contact, **{tag: form.text(tag, getattr(contact, tag)) for tag in _FIELDS})


def _visible(pbx: Pbx) -> Iterable[Contact]:
    # A private contact goes with its owner, even while the owner's end is only pending.
    users = pbx.config.draft.users
    return (contact for contact in pbx.phonebook if not contact.private or contact.owner in users)


def _find(pbx: Pbx, contact_id: str) -> Contact | None:
    return next((contact for contact in _visible(pbx) if contact.id == contact_id), None)


def _listing(contacts: Iterable[Contact]) -> Document:
    root = etree.Element("contacts")
    for entry in contacts:
        contact = add(root, "contact")
        add(contact, "id", entry.id)
        add(contact, "first_name", entry.first_name)
        add(contact, "last_name", entry.last_name)
        add(contact, "organization", entry.organization)
        add(contact, "organizational_unit", entry.organizational_unit)
        add(contact, "type", "private" if entry.private else "system")
        add(contact, "phone", entry.phone)
        add(contact, "mail", entry.mail)
        add(contact, "speed_dial", entry.speed_dial)
    return Document(root, code=0)


ROUTES = [
    EmulatedRoute("GET", "/phonebook/contacts", _contacts),
    EmulatedRoute("GET", "/phonebook/contacts/<id>", _contact),
    EmulatedRoute("POST", "/phonebook/contacts", _add),
    EmulatedRoute("POST", "/phonebook/search", _search),
    EmulatedRoute("DELETE", "/phonebook/contacts/<id>", _remove),
    EmulatedRoute("PUT", "/phonebook/contacts", _change),
]
