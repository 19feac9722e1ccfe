"""What a search in the phonebook must find, judged over the list of all contacts.

POST /phonebook/search: exact match, or "like" where a `%` stands at an end of the value. An exact
match must be found; one that is none even with case, accents and blanks at the ends ignored must
not. In between the guide leaves freedom: collations of databases differ.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from conformance.families.phonebook.contacts import ADDED_OTHERS, Contacts, digits
from conformance.objects import Records, one, records

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Content

__all__ = ["TAGS", "Filter", "Record", "Search", "decoys", "selects", "specimen"]

TAGS = ("first_name", "last_name", "organization", "organizational_unit", "phone", "mail")
# RD-42: whether these are searched as well is not judged; speed_dial has no tag of its own (RD-60).
NOT_JUDGED = ("id", "type", "speed_dial")
LISTED = "phonebook.contacts.post.listed"
CODE_0 = "phonebook.search.post.code-0"
SHORTEST = 4
# Characters that a "like" function may take for more than themselves.
SPECIAL = frozenset("%_\\*?")

Filter = dict[str, str]
Record = dict[str, "list[Content]"]


def folded(text: str) -> str:
    """A text as the laxest collation sees it: without case, accents and blanks at the ends."""
    parts = unicodedata.normalize("NFKD", text.strip())
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def fits(pattern: str, value: str) -> bool:
    """Whether a value matches, with `%` at the pattern's ends for zero or more characters."""
    core = pattern.removeprefix("%").removesuffix("%")
    if pattern.startswith("%") and pattern.endswith("%"):
        return core in value
    if pattern.startswith("%"):
        return value.endswith(core)
    return value.startswith(core) if pattern.endswith("%") else value == core


def _match(pattern: str, value: str) -> bool | None:
    if not value and not pattern.strip("%"):
        return None  # whether what is not there has zero characters is not said
    if fits(pattern, value):
        return True
    return None if fits(folded(pattern), folded(value)) else False


def _any(pattern: str, record: Record) -> bool | None:
    judged = [_match(pattern, one(record, tag)) for tag in TAGS]
    if True in judged:
        return True
    others = [_match(pattern, one(record, tag)) for tag in NOT_JUDGED]
    return None if None in judged or any(match is not False for match in others) else False


def selects(filters: Filter, record: Record) -> bool | None:
    """Whether a filter selects a contact; None where the guide leaves it open.

    A non-empty `any` excludes the other tags (RD-42); empty tags select nothing away.
    """
    if filters.get("any"):
        return _any(filters["any"], record)
    judged = [_match(text, one(record, tag)) for tag, text in filters.items() if text]
    if False in judged:
        return False
    return None if None in judged else True


class Search:
    """Searches of one check, over contacts of its own where the run may create some."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._contacts = Contacts(check)
        self._all: Records = {}

    def prepare(self) -> Filter:
        """Get ready; the value of each tag of the contact to search for.

        Where the run may write, there are other contacts whose values differ from these by a
        character or stand in another tag. Else it is a contact that is there already.

        Raises:
            Inconclusive: the phonebook holds nothing to search for.
        """
        subject = self._create() if self._contacts.may_write else {}
        self._all = self._contacts.listed()
        if subject:
            return subject
        usable = [_usable(record) for record in self._all.values()]
        best = max(usable, key=len, default={})
        if not best:
            self._check.inconclusive("the phonebook holds no contact to search for")
        return best

    def unknown(self) -> str:
        """A word that no contact holds."""
        return self._contacts.mark() if self._contacts.may_write else self._check.sut.fresh_id()

    def _create(self) -> Filter:
        contacts, mark = self._contacts, self._contacts.mark()
        subject = specimen(mark)
        made = [contacts.fields(mark, **subject)]
        made += [contacts.fields(mark, **decoy) for decoy in decoys(subject)]
        for fields in made:
            self._check.expect_code(contacts.add(fields), 0)
        listed = contacts.settled(
            LISTED, lambda found: len(contacts.marked(found, mark)) == len(made)
        )
        contacts.compare_others(ADDED_OTHERS, contacts.before, listed)
        return subject

    def ask(self, filters: Filter) -> Exchange:
        """Send a search that must succeed.

        Raises:
            NonConformance: it did not (RD-09).
        """
        exchange = self._check.call("POST /phonebook/search", {"filter": filters})
        succeeded = not exchange.gated and exchange.code in {None, 0}
        listed = exchange.find("contacts") is not None
        held = succeeded and (listed or exchange.code == 0)
        self._check.that(CODE_0, held, "code 0 or contacts", exchange.summary(), exchange)
        if not listed:
            remark = "an empty result came without <contacts> (RD-09)"
            self._check.remark(CODE_0, remark)
        return exchange

    def finds(self, requirement_id: str, *filters: Filter) -> None:
        """State that each filter finds what it selects, and nothing else."""
        for item in filters:
            exchange = self.ask(item)
            wrong = self._wrong(item, exchange)
            if wrong:
                self._refresh()
                exchange = self.ask(item)
                wrong = self._wrong(item, exchange)
                if not wrong:
                    remark = "what was written was found only after PUT /pbx/apply (RD-18, RD-36)"
                    self._check.remark(requirement_id, remark)
            said = ", ".join(f"{tag} {text!r}" for tag, text in item.items()) or "no tag"
            expected = f"the contacts that match {said}"
            if not self._check.soft(requirement_id, not wrong, expected, wrong, exchange):
                return

    def holds(self, requirement_id: str, filters: Filter) -> None:
        """State that a filter finds what it selects, and end the check where it does not.

        Raises:
            NonConformance: it does not.
        """
        exchange = self.ask(filters)
        wrong = self._wrong(filters, exchange)
        if wrong:
            self._refresh()
            exchange = self.ask(filters)
            wrong = self._wrong(filters, exchange)
        said = ", ".join(f"{tag} {text!r}" for tag, text in filters.items()) or "no tag"
        expected = f"the contacts that match {said}"
        self._check.that(requirement_id, not wrong, expected, wrong, exchange)

    def _refresh(self) -> None:
        """Take into account what somebody has changed, or what was pending (RD-18, RD-36)."""
        if self._contacts.may_write:
            self._check.call("PUT /pbx/apply")
        self._all = self._contacts.listed()

    def found(self, filters: Filter) -> set[str]:
        """The ids of the contacts that a search finds."""
        return set(records(self.ask(filters), "contacts/contact", "id"))

    def by_speed_dial(self) -> bool:
        """Whether any finds a contact by its speed_dial; true where no contact has one."""
        dials = (one(item, "speed_dial").strip() for item in self._all.values())
        dial = next(filter(None, dials), "")
        if not dial or SPECIAL & set(dial):
            return True
        wanted = {k for k, item in self._all.items() if one(item, "speed_dial").strip() == dial}
        return wanted <= self.found({"any": dial})

    def selected(self, filters: Filter) -> set[str]:
        """The ids of the contacts that a filter must find."""
        return {key for key, record in self._all.items() if selects(filters, record)}

    def _wrong(self, filters: Filter, exchange: Exchange) -> str:
        """What is wrong with a result; empty if nothing."""
        found = records(exchange, "contacts/contact", "id")
        judged = {key: selects(filters, record) for key, record in self._all.items()}
        missing = [key for key, select in judged.items() if select and key not in found]
        wrongly = [key for key in found if judged.get(key, False) is False]
        altered = [key for key in found if key in self._all and found[key] != self._all[key]]
        twice = len(exchange.records("contacts/contact")) - len(found)
        said = (
            (missing, f"{len(missing)} missing, such as {self._shown(missing)}"),
            (wrongly, f"{len(wrongly)} too many, such as {self._shown(wrongly)}"),
            (altered, f"contact {altered[:1]} is not as GET /phonebook/contacts shows it"),
            (twice, f"{twice} came twice"),
        )
        return "; ".join(text for happened, text in said if happened)

    def _shown(self, ids: list[str]) -> str:
        record = self._all.get(ids[0], {}) if ids else {}
        return f"contact {''.join(ids[:1])} ({', '.join(one(record, tag) for tag in TAGS)})"


def _usable(record: Record) -> Filter:
    values = {tag: one(record, tag) for tag in TAGS}
    return {
        tag: value
        for tag, value in values.items()
        if len(value) >= SHORTEST and value == value.strip() and not SPECIAL & set(value)
    }


def specimen(mark: str) -> Filter:
    """The contact to search for: values as phone books hold them, each with a mark."""
    return {
        "first_name": f"{mark}Ada",
        "last_name": f"{mark} D'Amico",
        "organization": f"{mark} & Figli (Roma)",
        "organizational_unit": f"{mark} Qualità",
        "phone": digits(mark),
        "mail": f"{mark}.ada@pbx.example",
    }


def decoys(subject: Filter) -> list[Filter]:
    """Contacts that a careless search would take for the subject.

    Longer at the end, at the start, at both; shorter; with another character where a pattern
    language has a special one; with the subject's values in other tags.
    """
    pad = {tag: "7" if tag == "phone" else "z" for tag in TAGS}
    first, last, organization, unit, phone, mail = (subject[tag] for tag in TAGS)
    moved = subject | {"phone": f"66{phone[2:]}", "mail": f"moved.{mail}"}
    swapped = (last, first, unit, organization), (organization, unit, phone, mail)
    return [
        {tag: value + pad[tag] for tag, value in subject.items()},
        {tag: pad[tag] + value for tag, value in subject.items()},
        {tag: pad[tag] + value + pad[tag] for tag, value in subject.items()},
        {tag: value[:-1] for tag, value in subject.items()},
        {tag: value.replace(".", "x") + pad[tag] * 2 for tag, value in subject.items()}
        | {"mail": mail.replace(".", "x", 1)},
        *(moved | dict(zip(TAGS, values, strict=False)) for values in swapped),
    ]
