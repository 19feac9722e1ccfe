"""Seeded into /phonebook/contacts: what is stored, removed, and changed by a rejected request."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from lxml.etree import _Element as Element

from conformance.emulator.altering import code_of, intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.mangled import MANGLED
from conformance.emulator.mistaken_objects import (
    first,
    following,
    last,
    left_in,
    preceding,
    removing_instead,
    removing_too,
)
from conformance.emulator.mistakes import (
    CONTACTS,
    Change,
    Rewrite,
    accepting,
    also,
    defect,
    despite,
    fixing,
    ineffective,
    losing,
    resetting,
    rewriting,
    setting,
    turning,
)
from conformance.emulator.model import SYSTEM_OWNER, Contact
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

POST, PUT = "POST /phonebook/contacts", "PUT /phonebook/contacts"
DELETE = "DELETE /phonebook/contacts/<id>"
LIST, GET = "GET /phonebook/contacts", "GET /phonebook/contacts/<id>"
SEARCH = "POST /phonebook/search"

REQUIRED = ("first_name", "last_name", "phone")
FIELDS = (*REQUIRED, "organization", "organizational_unit", "mail", "speed_dial")
TEXTS = ("first_name", "last_name", "organization", "organizational_unit")
_BLANK = Contact("", "", "", "")


def _write(endpoint: str, name: str, title: str, by: Rewrite) -> Defect:
    alteration = rewriting(endpoint, CONTACTS, by, "contact")
    return defect(endpoint, name, "write", title, alteration, oracle="model")


def _swapped(_: Contact | None, new: Contact, form: Form) -> Contact:
    if form.lacks("first_name", "last_name"):
        return new
    return replace(new, first_name=new.last_name, last_name=new.first_name)


NUMBERS: tuple[tuple[str, str, Rewrite], ...] = (
    ("names-swapped", "stores first and last name the other way round", _swapped),
    (
        "phone-zeros-lost",
        "takes the phone for a number and loses the zeros before it",
        turning(lambda text: text.lstrip("0"), "phone"),
    ),
    ("phone-plus-lost", "loses the + of a phone", turning(lambda t: t.replace("+", ""), "phone")),
    ("phone-cut", "cuts off a phone after ten digits", turning(lambda text: text[:10], "phone")),
    (
        "organizational-unit-as-organization",
        "stores the organizational unit as the organization",
        lambda _, new, form: (
            new
            if form.lacks("organizational_unit")
            else replace(new, organization=new.organizational_unit)
        ),
    ),
)
"""End of the id, what happens, and how."""


def fields() -> Iterator[Defect]:
    """A field is lost, or not as it was sent."""
    for endpoint in (POST, PUT):
        for tag in FIELDS:
            title = f"does not store {tag}"
            yield _write(endpoint, f"{tag}-not-stored", title, losing(tag, _BLANK))
        for name, title, by in NUMBERS:
            yield _write(endpoint, name, title, by)
        for name, (title, mangle) in list(MANGLED.items())[:: 2 if endpoint == POST else 5]:
            by = turning(mangle, *TEXTS)
            yield _write(endpoint, f"texts-{name}", f"{title} the names", by)


def owners() -> Iterator[Defect]:
    """A contact has another owner than it was given."""
    for name, title, by in (
        (
            "owner-ignored",
            "adds a system contact whatever the owner",
            fixing("owner", SYSTEM_OWNER),
        ),
        (
            "owner-always-private",
            "adds a private contact whatever the owner",
            fixing("owner", "101"),
        ),
        (
            "owner-missing-private",
            "adds a private contact without owner",
            resetting("owner", "101"),
        ),
        (
            "owner-minus-one-private",
            "adds a private contact for the owner -1",
            lambda _, new, form: (
                replace(new, owner="101") if form.word("owner") == SYSTEM_OWNER else new
            ),
        ),
    ):
        yield _write(POST, name, title, by)
    title = "makes a contact private that is changed"
    yield _write(PUT, "owner-changed", title, fixing("owner", "101"))
    for name, owner in (("system", SYSTEM_OWNER), ("private", "101")):
        yield defect(
            POST,
            f"owner-unknown-as-{name}",
            "rejected",
            f"adds a {name} contact for an owner that does not exist",
            accepting(POST, 11, partial(_fill, "owner", owner, None)),
            oracle="code",
        )


def _fill(tag: str, text: str, missing: bool | None, body: Element) -> bool:
    """Complete a request, if it lacks the field in this way (None: however it is)."""
    contact = body.find("contact")
    if contact is None:
        return False
    if missing is not None and ((contact.find(tag) is None) != missing or contact.findtext(tag)):
        return False
    setting(contact, tag, text)
    return True


def elsewhere() -> Iterator[Defect]:
    """Another contact is concerned, or none."""
    for endpoint in (POST, PUT):
        yield defect(
            endpoint,
            "does-nothing",
            "write",
            "answers Success and stores nothing",
            ineffective(endpoint),
            oracle="model",
        )
        for name, title, change in (
            ("renames-another", "renames another contact as well", _rename_first),
            ("removes-another", "removes the first contact as well", _remove_first),
            ("adds-another", "adds a copy as well", _copy),
        ):
            yield defect(endpoint, name, "write", title, also(endpoint, by=change), oracle="model")
    yield defect(
        PUT, "new-id", "write", "gives a changed contact a new id", also(PUT, by=_renumber)
    )
    yield defect(
        POST,
        "replaces-the-namesake",
        "write",
        "replaces the contact of the same name",
        intercepting(POST, by=_replacing),
        oracle="model",
    )
    rows = (
        ("does-nothing", "answers Success and removes nothing", ineffective(DELETE)),
        (
            "removes-another",
            "removes the one before instead",
            removing_instead(DELETE, CONTACTS, preceding),
        ),
        (
            "removes-the-next-too",
            "removes the next one too",
            removing_too(DELETE, CONTACTS, following),
        ),
        (
            "removes-the-first-too",
            "removes the first one too",
            removing_too(DELETE, CONTACTS, first),
        ),
        ("removes-the-last-too", "removes the last one too", removing_too(DELETE, CONTACTS, last)),
        ("stays-in-list", "leaves it in the list", left_in(DELETE, LIST, CONTACTS)),
        ("stays-in-single", "goes on showing it alone", left_in(DELETE, GET, CONTACTS)),
        ("stays-in-search", "goes on finding it", left_in(DELETE, SEARCH, CONTACTS)),
    )
    for name, title, alteration in rows:
        yield defect(DELETE, name, "write", title, alteration, oracle="model")


def _first(pbx: Pbx, but: str) -> Contact:
    contacts: dict[str, Contact] = CONTACTS.read(pbx)
    return next(contact for key, contact in contacts.items() if key != but)


def _asked(pbx: Pbx, request: ApiRequest) -> str:
    form = request.body.block("contact")
    return request.argument or (form.word("id") if form else "") or list(CONTACTS.read(pbx))[-1]


def _rename_first(pbx: Pbx, request: ApiRequest) -> None:
    contact = _first(pbx, _asked(pbx, request))
    pbx.phonebook.put(replace(contact, last_name=f"{contact.last_name}-"))


def _remove_first(pbx: Pbx, request: ApiRequest) -> None:
    pbx.phonebook.remove(_first(pbx, _asked(pbx, request)).id)


def _copy(pbx: Pbx, request: ApiRequest) -> None:
    contact = pbx.phonebook.get(_asked(pbx, request))
    if contact is not None:
        pbx.phonebook.put(replace(contact, id=str(pbx.new_id())))


def _renumber(pbx: Pbx, request: ApiRequest) -> None:
    _copy(pbx, request)
    pbx.phonebook.remove(_asked(pbx, request))


def _replacing(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    before = CONTACTS.read(pbx)
    reply = proceed(request)
    if code_of(reply) == 0:
        newest = list(CONTACTS.read(pbx).values())[-1]
        for key, contact in before.items():
            names = (contact.first_name, contact.last_name)
            if names == (newest.first_name, newest.last_name):
                pbx.phonebook.remove(key)
    return reply


def _store(pbx: Pbx, request: ApiRequest) -> None:
    form = request.body.block("contact") or Form.empty()
    texts = {tag: form.text(tag) for tag in FIELDS}
    pbx.phonebook.put(Contact(id=str(pbx.new_id()), **texts))


def _overwrite(pbx: Pbx, request: ApiRequest) -> None:
    form = request.body.block("contact") or Form.empty()
    contact = pbx.phonebook.get(form.word("id"))
    if contact is None:
        _rename_first(pbx, request)
    else:
        texts = {tag: form.text(tag, getattr(contact, tag)) for tag in FIELDS}
        pbx.phonebook.put(replace(contact, **texts))


def _remove_asked(pbx: Pbx, request: ApiRequest) -> None:
    if pbx.phonebook.get(request.argument) is not None:
        pbx.phonebook.remove(request.argument)


REJECTED: tuple[tuple[str, int, str, str, Change], ...] = (
    (POST, 10, "adds-a-blank-one", "adds a blank contact", _store),
    (POST, 11, "stores", "adds the contact all the same", _store),
    (POST, 12, "stores", "adds what there is of the contact", _store),
    (POST, 13, "stores", "adds the contact all the same", _store),
    (PUT, 10, "renames-another", "renames the first contact", _rename_first),
    (PUT, 12, "renames-another", "renames the first contact", _overwrite),
    (PUT, 13, "stores", "stores the change all the same", _overwrite),
    (PUT, 15, "creates", "adds the contact that does not exist", _store),
    (PUT, 15, "renames-another", "renames the first contact", _rename_first),
    (PUT, 17, "stores", "changes the private contact all the same", _overwrite),
    (DELETE, 14, "removes-another", "removes the first contact", _remove_first),
    (DELETE, 15, "removes-another", "removes the first contact", _remove_first),
    (DELETE, 17, "removes", "removes the private contact all the same", _remove_asked),
    (DELETE, 18, "removes", "removes the contact all the same", _remove_asked),
)
"""Endpoint, code, end of the id, what happens, and how."""


def rejections() -> Iterator[Defect]:
    """A rejected request changes something, or one is accepted that should be rejected."""
    for endpoint, code, name, said, change in REJECTED:
        alteration, title = despite(endpoint, code, change), f"answers {code} and {said}"
        yield defect(endpoint, f"code-{code}-{name}", "rejected", title, alteration, oracle="model")
    for tag in REQUIRED:
        for how, missing in (("missing", True), ("empty", False)):
            yield defect(
                POST,
                f"{tag}-{how}-accepted",
                "rejected",
                f"adds a contact although {tag} is {how}",
                accepting(POST, 12, partial(_fill, tag, "none", missing)),
                oracle="code",
            )
    yield defect(
        PUT,
        "id-missing-accepted",
        "rejected",
        "takes a change without id for one of the first contact",
        accepting(PUT, 12, partial(_fill, "id", "1", True)),
        oracle="code",
    )
    for endpoint, name, title, by in (
        (DELETE, "private-removed", "removes private contacts", _as_system),
        (PUT, "private-changed", "changes private contacts", _as_system),
    ):
        alteration = intercepting(endpoint, by=by)
        yield defect(endpoint, name, "rejected", title, alteration, oracle="code")


def _as_system(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    key = _asked(pbx, request)
    contact = pbx.phonebook.get(key)
    if contact is None or not contact.private:
        return proceed(request)
    pbx.phonebook.put(replace(contact, owner=SYSTEM_OWNER))
    reply = proceed(request)
    changed = pbx.phonebook.get(key)
    if changed is not None:
        pbx.phonebook.put(replace(changed, owner=contact.owner))
    return reply


def contact_defects() -> list[Defect]:
    """Everything of this module."""
    parts: tuple[Callable[[], Iterator[Defect]], ...] = (fields, owners, elsewhere, rejections)
    return [one for part in parts for one in part()]
