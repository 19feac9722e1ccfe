"""Generated search: contacts with any values, searches by any filter, and broken requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.check import requirement
from conformance.families.phonebook.contacts import FIELDS, MANDATORY, Contacts, unknown_ids
from conformance.families.phonebook.search import TAGS, Filter, Search
from conformance.objects import Extensions, one
from conformance.rejections import Rejections
from conformance.search import generated, search
from conformance.strategies.documents import bodies
from conformance.strategies.known import Facts, known_of
from conformance.strategies.operators import Rule, container, mandatory
from conformance.strategies.text import folded

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Record
    from conformance.wire.exchange import Exchange

ADD, CHANGE, SEARCH = (
    "POST /phonebook/contacts",
    "PUT /phonebook/contacts",
    "POST /phonebook/search",
)
POST, PUT = "phonebook.contacts.post", "phonebook.contacts.put"
FIND = "phonebook.search.post"
POSTED = "phonebook/phonebook.contacts.post.request.xsd"
CHANGED = "phonebook/phonebook.contacts.put.request.xsd"
NOT_SAVED = 13
# No telephone has a number as long as this one.
NOBODY = "99999999"


def shows(check: Check, sent: dict[str, Any], record: Record, exchange: Exchange) -> None:
    """State that a record shows what was sent."""
    name = f"{exchange.endpoint.slug if exchange.endpoint else ''}.stored"
    for tag in FIELDS:
        if sent.get(tag) is not None:
            held = folded(one(record, tag)) == folded(str(sent[tag]))
            check.that(name, held, f"{tag} as sent", f"{tag} differs", exchange)


@generated
@requirement(f"{POST}.stored", f"{POST}.listed")
def test_any_contact_is_stored(check: Check) -> None:
    contacts = Contacts(check)
    mark = contacts.mark()
    drawn = bodies(POSTED, known_of(Facts(mark=mark)))

    def holds(body: dict[str, Any]) -> bool:
        exchange = check.call(ADD, body)
        if exchange.code == NOT_SAVED:  # a PBX may refuse a text that it can't store
            return False
        check.expect_code(exchange, 0)
        listed = contacts.settled(f"{POST}.listed", lambda found: contacts.marked(found, mark))
        new = contacts.marked(listed, mark)
        try:
            observed = f"listed {len(new)} times"
            check.that(f"{POST}.listed", len(new) == 1, "it listed once", observed, exchange)
            shows(check, body["contact"], listed[next(iter(new))], exchange)
        finally:
            for key in sorted(new):
                contacts.remove(key)
        return True

    search(check, drawn, holds)


@generated
@requirement(f"{PUT}.stored")
def test_any_text_is_stored(check: Check) -> None:
    contacts = Contacts(check)
    own = contacts.create()
    drawn = bodies(CHANGED, known_of(Facts(contact=own.id, mark=own.mark)))

    def holds(body: dict[str, Any]) -> bool:
        # Every field is sent: what becomes of one left out is not judged (RD-38).
        sent = own.sent | body["contact"]
        exchange = contacts.change(own.id, sent)
        if exchange.code == NOT_SAVED:  # a PBX may refuse a text that it can't store
            return False
        check.expect_code(exchange, 0)
        shows(check, sent, contacts.listed().get(own.id, {}), exchange)
        return True

    search(check, drawn, holds)


@generated
@requirement(f"{POST}.rejected-adds-nothing")
def test_broken_contact_is_rejected(check: Check) -> None:
    contacts = Contacts(check)
    mark = contacts.mark()
    nobody = st.sampled_from([Extensions(check).unused(), NOBODY])
    rules = [*container("contact", 10)]
    for field in MANDATORY:
        rules += mandatory(f"contact/{field}", 12)
    rules.append(Rule("owner unknown", "contact/owner", (11,), nobody))
    rules.append(Rule("outside its type", "contact/owner", (11,), st.just("nobody")))

    def mend() -> None:
        for key in sorted(contacts.marked(contacts.listed(), mark)):
            contacts.remove(key)

    # The mark stays where no rule goes, so that what should not be there is found and removed.
    base = contacts.fields(mark, owner="-1")
    marked = {"organizational_unit": base["organizational_unit"]}
    drawn = bodies(POSTED, known_of(Facts()))
    valid = drawn.map(lambda body: {"contact": {**base, **body["contact"], **marked}})
    Rejections(check, ADD, f"{POST}.rejected-adds-nothing", mend=mend).hold(valid, rules)


@generated
@requirement(f"{PUT}.rejected-changes-nothing")
def test_broken_change_is_rejected(check: Check) -> None:
    contacts = Contacts(check)
    own = contacts.create()
    fields = {tag: own.sent[tag] for tag in FIELDS if own.sent[tag] is not None}
    drawn = bodies(CHANGED, known_of(Facts(contact=own.id, mark=own.mark)))
    valid = drawn.map(lambda body: {"contact": {"id": own.id, **fields, **body["contact"]}})
    unknown = st.sampled_from(unknown_ids(contacts.listed()))
    rules = [
        *container("contact", 10),
        # An empty id is also one that no contact has.
        *mandatory("contact/id", 12, also=15),
        Rule("id unknown", "contact/id", (15,), unknown),
    ]
    mend = lambda: contacts.change(own.id, own.sent)  # noqa: E731 - once
    nothing = f"{PUT}.rejected-changes-nothing"
    Rejections(check, CHANGE, nothing, mend=mend).hold(valid, rules)


def patterns(subject: Filter, tag: str) -> list[str]:
    """Values to search a tag by: whole, with wildcards, of another tag, nobody's, empty."""
    value = subject.get(tag, "")
    found = [subject[other] for other in TAGS if other in subject]
    if value:
        half = len(value) // 2
        parts = (value[:half].strip(), value[half:].strip(), value[1:-1].strip())
        found += [f"{parts[0]}%", f"%{parts[1]}", f"%{parts[2]}%", f"%{value}%", parts[0], parts[1]]
        found = [value, *found]
    return [*dict.fromkeys(one for one in found if one.strip("%")), ""]


@generated
@requirement(f"{FIND}.all-tags", f"{FIND}.any")
def test_any_filter_finds_what_it_selects(check: Check) -> None:
    searches = Search(check)
    subject = searches.prepare()
    draws = {f"filter/{tag}": st.sampled_from(patterns(subject, tag)) for tag in TAGS}
    everything = [one for tag in TAGS for one in patterns(subject, tag)]
    draws["filter/any"] = st.sampled_from([*dict.fromkeys(["", *everything])])

    def holds(body: dict[str, Any]) -> None:
        filters: Filter = body["filter"]
        if filters.get("any"):  # what others mean beside it is left open here (RD-42)
            searches.holds(f"{FIND}.any", {"any": filters["any"]})
        else:
            searches.holds(f"{FIND}.all-tags", filters)

    drawn = bodies("phonebook/phonebook.search.post.request.xsd", {"request_id": None, **draws})
    search(check, drawn, holds)


@generated
@requirement(f"{FIND}.code-19")
def test_broken_search_is_rejected(check: Check) -> None:
    valid = bodies("phonebook/phonebook.search.post.request.xsd", {"request_id": None})
    Rejections(check, SEARCH, "").hold(valid, container("filter", 19))
