"""Seeded into the phonebook's answers: what is listed, shown alone, and found."""

from collections.abc import Callable, Iterable, Iterator

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, intercepting, shaping
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.matching import matcher
from conformance.emulator.mistaken_objects import doubled, list_defects, single_defects
from conformance.emulator.mistaken_wildcards import WILDCARDS
from conformance.emulator.mistakes import CONTACTS, asking, defect, listing, setting, showing
from conformance.emulator.model import Contact
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

SEARCH = "POST /phonebook/search"
LIST, GET = "GET /phonebook/contacts", "GET /phonebook/contacts/<id>"
RECORD = "contacts/contact"

TAGS = ("first_name", "last_name", "organization", "organizational_unit", "phone", "mail")

Select = Callable[[Form, list[Contact]], Iterable[Contact]]
"""Of a filter and all contacts, the ones found."""


def _selecting(select: Select) -> Alteration:
    """The search finds other contacts."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block("filter")
        if form is None:
            return proceed(request)
        every: dict[str, Contact] = CONTACTS.read(pbx)
        found = list(select(form, list(every.values())))
        for key in every:
            pbx.phonebook.remove(key)
        for contact in found:
            pbx.phonebook.put(contact)
        try:
            return proceed(edited(request, _without_filter))
        finally:
            for contact in found:
                pbx.phonebook.remove(contact.id)
            for contact in every.values():
                pbx.phonebook.put(contact)

    return intercepting(SEARCH, by=intercept)


def _without_filter(body: Element) -> None:
    for block in body.iterfind("filter"):
        block[:] = []


def _asked(form: Form) -> dict[str, str]:
    return {tag: text for tag in TAGS if (text := form.text(tag))}


def _shown(contact: Contact, *, but: str = "") -> list[str]:
    return [getattr(contact, tag) for tag in (*TAGS, "speed_dial") if tag != but]


def _found(form: Form, contacts: list[Contact], pattern: Callable[[str], str]) -> list[Contact]:
    """Search as it should be, with other patterns."""
    if wanted := form.text("any"):
        matches = matcher(pattern(wanted))
        return [contact for contact in contacts if any(map(matches, _shown(contact)))]
    tests = [(tag, matcher(pattern(text))) for tag, text in _asked(form).items()]
    return [one for one in contacts if all(match(getattr(one, tag)) for tag, match in tests)]


def _by(pattern: Callable[[str], str]) -> Select:
    return lambda form, contacts: _found(form, contacts, pattern)


def _either(form: Form, contacts: list[Contact]) -> list[Contact]:
    if form.text("any") or not _asked(form):
        return _found(form, contacts, str)
    tests = [(tag, matcher(text)) for tag, text in _asked(form).items()]
    return [one for one in contacts if any(match(getattr(one, tag)) for tag, match in tests)]


def _any_but(tag: str) -> Select:
    def select(form: Form, contacts: list[Contact]) -> list[Contact]:
        wanted = form.text("any")
        if not wanted:
            return _found(form, contacts, str)
        matches = matcher(wanted)
        return [one for one in contacts if any(map(matches, _shown(one, but=tag)))]

    return select


def _nothing_without_tags(form: Form, contacts: list[Contact]) -> list[Contact]:
    return _found(form, contacts, str) if form.text("any") or _asked(form) else []


def _empty_tags_count(form: Form, contacts: list[Contact]) -> list[Contact]:
    tests = [(tag, matcher(form.text(tag))) for tag in TAGS if tag in form]
    if form.text("any"):
        return _found(form, contacts, str)
    return [one for one in contacts if all(match(getattr(one, tag)) for tag, match in tests)]


def _empty_any_counts(form: Form, contacts: list[Contact]) -> list[Contact]:
    if "any" in form and not form.text("any"):
        return contacts
    return _found(form, contacts, str)


def _all_if_none(form: Form, contacts: list[Contact]) -> list[Contact]:
    return _found(form, contacts, str) or contacts


def _first_tag_only(form: Form, contacts: list[Contact]) -> list[Contact]:
    if form.text("any"):
        return _found(form, contacts, str)
    tests = [(tag, matcher(text)) for tag, text in list(_asked(form).items())[:1]]
    return [one for one in contacts if all(match(getattr(one, tag)) for tag, match in tests)]


def _system_only(form: Form, contacts: list[Contact]) -> list[Contact]:
    return [one for one in _found(form, contacts, str) if not one.private]


SELECTIONS: tuple[tuple[str, str, Select], ...] = (
    ("substring", "finds a value within a longer one", _by(lambda text: f"%{text}%")),
    ("prefix", "finds what only begins with the value", _by(lambda text: f"{text}%")),
    ("suffix", "finds what only ends with the value", _by(lambda text: f"%{text}")),
    *((name, title, _by(rewrite)) for name, title, rewrite in WILDCARDS),
    ("or", "finds what matches one of several tags", _either),
    ("first-tag-only", "heeds the first of several tags alone", _first_tag_only),
    ("nothing-without-tags", "finds nothing where the filter has no tag", _nothing_without_tags),
    ("empty-tags-count", "takes an empty tag for a wanted emptiness", _empty_tags_count),
    ("empty-any-counts", "finds everything where any is empty", _empty_any_counts),
    ("all-if-none", "finds everything where nothing matches", _all_if_none),
    ("private-missing", "finds no private contact", _system_only),
    (
        "any-within",
        "any finds a value within a longer one",
        lambda form, contacts: _found(
            form, contacts, (lambda text: f"%{text}%") if form.text("any") else str
        ),
    ),
    *((f"any-misses-{tag}", f"any is not searched in {tag}", _any_but(tag)) for tag in TAGS),
)
"""End of the id, what happens, and what is found."""


def _forgetting(tag: str) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        for found in body.findall(f"filter/{tag}"):
            found.getparent().remove(found)  # type: ignore[union-attr] # it is below filter

    return change


def search() -> Iterator[Defect]:
    """The search finds too much, too little, or something else."""
    for name, title, select in SELECTIONS:
        yield defect(SEARCH, name, "filter", title, _selecting(select))
    for tag in (*TAGS, "any"):
        title = f"does not heed the tag {tag}"
        yield defect(SEARCH, f"{tag}-ignored", "filter", title, asking(SEARCH, _forgetting(tag)))
    for one, other in (("organization", "organizational_unit"), ("first_name", "last_name")):
        yield defect(
            SEARCH,
            f"{one}-as-{other}",
            "filter",
            f"searches {other} for what {one} should be",
            asking(SEARCH, _renaming(one, other)),
        )
    for name, title, pick in (
        ("last-missing", "leaves out the last contact found", lambda found: found[:-1]),
        ("first-twice", "shows the first contact found twice", doubled),
        ("only-ten", "shows ten contacts at most", lambda found: found[:10]),
    ):
        alteration = listing(SEARCH, RECORD, pick)
        yield defect(SEARCH, name, "filter", title, alteration, oracle="views")
    yield defect(
        SEARCH,
        "filter-missing-accepted",
        "rejected",
        "takes a request without filter for one with an empty filter",
        asking(SEARCH, _with_filter),
        oracle="code",
    )


def _renaming(one: str, other: str) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        for found in body.findall(f"filter/{one}"):
            found.tag = other

    return change


def _with_filter(body: Element) -> None:
    if body.find("filter") is None:
        setting(body, "filter", "")


def _other_type(text: str) -> str:
    return "system" if text == "private" else "private"


def _same_ids(root: Element) -> None:
    contacts = root.findall(RECORD)
    if len(contacts) > 1:
        setting(contacts[-1], "id", contacts[-2].findtext("id") or "")


def views() -> Iterator[Defect]:
    """The list, the GET of one and the search disagree."""
    yield from list_defects(LIST, RECORD, "contact")
    yield from single_defects(GET, CONTACTS, "contact")
    yield defect(
        LIST, "ids-shared", "read", "two contacts have one id", shaping(LIST, by=_same_ids)
    )
    for endpoint in (LIST, GET, SEARCH):
        for tag, name, by in (
            ("type", "always-system", lambda _: "system"),
            ("type", "inverted", _other_type),
            ("speed_dial", "empty", lambda _: ""),
            ("mail", "empty", lambda _: ""),
            ("first_name", "ascii-only", lambda text: text.encode("ascii", "replace").decode()),
        ):
            title = f"shows {tag} otherwise than it is: {name.replace('-', ' ')}"
            alteration = showing(endpoint, tag, by)
            yield defect(endpoint, f"{tag}-{name}", "read", title, alteration, oracle="views")


def search_defects() -> list[Defect]:
    """Everything of this module."""
    return [*search(), *views()]
