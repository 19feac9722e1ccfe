"""Permitted but unusual behaviour of /phonebook."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, handling, shaping, unless_rejected
from conformance.emulator.calls import predicate
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form, add
from conformance.emulator.model import Contact
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Outcome, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_LIST, _ONE = "GET /phonebook/contacts", "GET /phonebook/contacts/<id>"
_ADD, _CHANGE = "POST /phonebook/contacts", "PUT /phonebook/contacts"
_REMOVE, _SEARCH = "DELETE /phonebook/contacts/<id>", "POST /phonebook/search"
_OPTIONAL = ("organization", "organizational_unit", "mail", "speed_dial")
_SEARCHED = ("first_name", "last_name", "organization", "organizational_unit", "phone", "mail")
_MISSING = "One or more required field missing"


def _row(name: str, title: str, clause: str, permission: str, alteration: Alteration) -> Variant:
    return Variant(
        id=f"phonebook.{name}",
        title=title,
        clause=clause,
        permission=permission,
        alteration=alteration,
    )


def _success(parent: Element) -> Element:
    block = add(parent, "error")
    add(block, "code", "0")
    add(block, "message", "Success")
    return block


def _inside(*, first: bool) -> Alteration:
    def shape(root: Element) -> None:
        for contacts in root.findall("contacts"):
            block = _success(contacts)
            if first:
                contacts.insert(0, block)

    return shaping(_SEARCH, by=shape)


def _beside(name: str, *, first: bool) -> Alteration:
    def shape(root: Element) -> None:
        contacts = root.find("contacts")
        if contacts is not None:
            outcome = add(root, name)
            _success(outcome)
            if first:
                contacts.addprevious(outcome)

    return shaping(_SEARCH, by=shape)


def _rejecting_in(name: str) -> Alteration:
    def shape(root: Element) -> None:
        for search in root.findall("search"):
            if search.findtext("error/code") != "0":
                search.tag = name

    return shaping(_SEARCH, by=shape)


# A reboot, too, loses what is pending.
_LOSING = {
    "PUT /pbx/revert",
    "PUT /system/restart",
    "PUT /system/firmware/rebootsecondary",
    "PUT /system/firmware/promotesecondary",
    "PUT /system/firmware/restoreprimary",
}


class _PendingPhonebook:
    """Contacts that are pending like the rest of the configuration."""

    def __init__(self) -> None:
        self._before, self._changed = list[Contact](), False

    def change(self, pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        before, reply = list(pbx.phonebook), proceed(request)
        if isinstance(reply, Outcome) and reply.code == 0:
            self._before = self._before if self._changed else before
            self._changed = pbx.config.pending = True
        return reply

    def apply(self, _: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        self._changed = False
        return proceed(request)

    def revert(self, pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if self._changed:
            for contact in list(pbx.phonebook):
                pbx.phonebook.remove(contact.id)
            for contact in self._before:
                pbx.phonebook.put(contact)
        self._changed = False
        return reply

    def __call__(self, pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        name = f"{request.route.method} {request.route.path}"
        if name in {_ADD, _CHANGE, _REMOVE}:
            return self.change(pbx, request, proceed)
        if name == "PUT /pbx/apply":
            return self.apply(pbx, request, proceed)
        return self.revert(pbx, request, proceed) if name in _LOSING else proceed(request)


_SIGN = "c-"


def _ids_in_words() -> Alteration:
    """Show each id with letters before it, and understand it so alone."""

    def shape(request: ApiRequest, root: Element) -> None:
        if request.route.path.startswith("/phonebook"):
            for element in root.iterfind("contacts/contact/id"):
                element.text = f"{_SIGN}{element.text}"

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        def understand(body: Element) -> None:
            for element in body.iterfind("contact/id"):
                element.text = _inner(element.text or "")

        if not request.route.path.startswith("/phonebook"):
            return proceed(request)
        known = replace(request, argument=_inner(request.argument))
        return proceed(edited(known, understand))

    return Alteration(intercept=intercept, shape=shape)


def _inner(text: str) -> str:
    """The number behind an id; another text stands for nothing."""
    word = text.strip()
    if word.startswith(_SIGN):
        return word.removeprefix(_SIGN)
    return "999999998" if word.isdigit() else word


def _word_not_found(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if not request.argument.isdigit():
        return Outcome("contact", 15, "Contact not found")
    return proceed(request)


def _whole(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Take a field left out for an empty one."""

    def complete(body: Element) -> None:
        for contact in body.iterfind("contact"):
            for tag in _OPTIONAL:
                if contact.find(tag) is None:
                    add(contact, tag)

    return proceed(edited(request, complete))


def _needs_all(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("contact")
    if form is not None and not all(tag in form for tag in ("id", *_SEARCHED)):
        return Outcome("contact", 12, _MISSING)
    return proceed(request)


def _heir(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Leave the private contacts of an extension that is deleted to the first one there is."""
    users = pbx.config.draft.users
    first = next((exten for exten in users if exten != request.argument), None)
    reply = proceed(request)
    if isinstance(reply, Outcome) and reply.code == 0 and first is not None:
        for contact in list(pbx.phonebook):
            if contact.owner == request.argument:
                pbx.phonebook.put(replace(contact, owner=first))
    return reply


def _searching(fields: Sequence[str], *, any_too: bool) -> Alteration:
    """Search `<any>` in these fields; with `any_too`, the other tags have to match as well."""

    def test(form: Form) -> Callable[[object], bool]:
        def alone(tags: Sequence[str]) -> Form:
            kept = edited_form(form, tags)
            return Form(kept)

        one = predicate(alone(("any",)), (), fields)
        others = predicate(alone(_SEARCHED), _SEARCHED, ()) if any_too else lambda _: True
        return lambda contact: one(contact) and others(contact)

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form, reply = request.body.block("filter"), proceed(request)
        if form is None or not form.text("any") or not isinstance(reply, Document):
            return reply
        emptied = edited(request, _without_filters)
        reply, wanted = proceed(emptied), test(form)
        if isinstance(reply, Document):
            kept = {contact.id for contact in pbx.phonebook if wanted(contact)}
            for entry in list(reply.content):
                if entry.findtext("id") not in kept:
                    reply.content.remove(entry)
        return reply

    return handling(_SEARCH, by=intercept)


def edited_form(form: Form, tags: Sequence[str]) -> Element:
    """Return a filter block with these tags alone."""
    request = Form.empty().element
    for tag in tags:
        if form.text(tag):
            add(request, tag, form.text(tag))
    return request


def _without_filters(body: Element) -> None:
    for block in body.iterfind("filter"):
        block[:] = []


def _nobody(pbx: Pbx) -> None:
    for contact in list(pbx.phonebook):
        pbx.phonebook.remove(contact.id)


def _many(pbx: Pbx) -> None:
    for contact in list(pbx.phonebook):
        for _ in range(25):
            pbx.phonebook.put(replace(contact, id=str(pbx.new_id())))


def _system_alone(pbx: Pbx) -> None:
    for contact in list(pbx.phonebook):
        if contact.private:
            pbx.phonebook.remove(contact.id)


def _missing_first(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("contact")
    if form is not None and form.lacks("first_name", "last_name", "phone"):
        return Outcome("contact", 12, _MISSING)
    return proceed(request)


def _owner_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("contact")
    owner = "-1" if form is None or "owner" not in form else form.word("owner")
    if owner != "-1" and owner not in pbx.config.draft.users:
        return Outcome("contact", 11, "Invalid owner for user")
    return proceed(request)


def _numbered(pbx: Pbx, _: ApiRequest) -> None:
    """Have new contacts get ids far from the others."""
    last = list(pbx.phonebook)[-1]
    pbx.phonebook.remove(last.id)
    pbx.phonebook.put(replace(last, id=str(4_000_000 + 7 * int(last.id))))


VARIANTS = [
    _row("search.success-first", "Code 0 stands in contacts, first", _SEARCH, "RD-09",
         _inside(first=True)),
    _row("search.success-last", "Code 0 stands in contacts, last", _SEARCH, "RD-09",
         _inside(first=False)),
    _row("search.success-before", "Code 0 stands in search, before contacts", _SEARCH, "RD-09",
         _beside("search", first=True)),
    _row("search.success-after", "Code 0 stands in filter, after contacts", _SEARCH, "RD-09",
         _beside("filter", first=False)),
    _row("search.success-in-contact", "Code 0 stands in contact, after contacts", _SEARCH,
         "RD-09", _beside("contact", first=False)),
    _row("search.rejected-in-filter", "Code 19 stands in filter", _SEARCH, "RD-09",
         _rejecting_in("filter")),
    _row("search.rejected-in-contact", "Code 19 stands in contact", _SEARCH, "RD-09",
         _rejecting_in("contact")),
    _row("search.rejected-in-contacts", "Code 19 stands in contacts", _SEARCH, "RD-09",
         _rejecting_in("contacts")),
    _row("search.any-and-others", "any does not exclude the other tags", _SEARCH, "RD-42",
         _searching((*_SEARCHED, "speed_dial"), any_too=True)),
    _row("search.any-without-speed-dial", "any is not searched in speed_dial", _SEARCH, "RD-60",
         _searching(_SEARCHED, any_too=False)),
    _row("search.any-in-ids", "any is searched in ids as well", _SEARCH, "RD-42",
         _searching((*_SEARCHED, "speed_dial", "id"), any_too=False)),
    _row("pending", "Contacts are pending like all else", _ADD, "RD-18",
         handling(by=_PendingPhonebook())),
    _row("ids-in-words", "Ids of contacts hold letters", _LIST, "RD-30", _ids_in_words()),
    _row("ids-large", "Ids of contacts are large numbers with gaps", _ADD, "RD-30",
         handling(_ADD, by=unless_rejected(_numbered))),
    _row("word-not-found", "Code 15 for a word that is no id", _REMOVE, "RD-30",
         handling(_REMOVE, by=_word_not_found)),
    _row("put-whole", "A field that is left out is emptied", _CHANGE, "RD-38",
         handling(_CHANGE, by=_whole)),
    _row("put-needs-all", "Every field but speed_dial has to be sent", _CHANGE, "RD-38",
         handling(_CHANGE, by=_needs_all)),
    _row("private-contact-stays", "A private contact survives its owner", _REMOVE, "RD-39",
         handling("DELETE /users/configs/<exten>", by=_heir)),
    _row("missing-before-unknown", "Code 12 wins over 15 and 17", _CHANGE, "RD-16",
         handling(_CHANGE, by=_missing_first)),
    _row("owner-before-missing", "Code 11 wins over 12", _ADD, "RD-16",
         handling(_ADD, by=_owner_first)),
    _row("empty", "No contacts", _LIST, "population", Alteration(prepare=_nobody)),
    _row("600-contacts", "600 contacts", _LIST, "population", Alteration(prepare=_many)),
    _row("system-alone", "No private contacts", _LIST, "population",
         Alteration(prepare=_system_alone)),
]  # fmt: skip
