"""Checks of POST /phonebook/search, over contacts that are easily taken for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.phonebook.search import TAGS, Search
from conformance.verdict import Observation, Verdict

if TYPE_CHECKING:
    from conformance.check import Check

SEARCH = "phonebook.search.post"
WILDCARDS = (f"{SEARCH}.wildcard-end", f"{SEARCH}.wildcard-start", f"{SEARCH}.wildcard-both")


@pytest.fixture
def search(check: Check) -> Search:
    """Searches of the check."""
    return Search(check)


def trimmed(*patterns: str) -> list[str]:
    """The patterns without those that have a blank beside their `%`."""
    return [pattern for pattern in patterns if pattern.strip("%") == pattern.strip("% ")]


@requirement(f"{SEARCH}.code-0", f"{SEARCH}.no-filter")
def test_filter_without_tags_finds_every_contact(check: Check, search: Search) -> None:
    search.prepare()
    search.finds(f"{SEARCH}.no-filter", {})
    exchange = search.ask({})
    if exchange.code is None:
        reason = "a search that succeeds is answered without an error block (RD-09)"
        check.observe(Observation(f"{SEARCH}.message-0", Verdict.NONE, reason))


@requirement(f"{SEARCH}.code-19")
def test_request_without_filter_is_rejected(check: Check) -> None:
    exchange = check.call("POST /phonebook/search", broken="no filter tag")
    check.expect_code(exchange, 19)
    number = len(exchange.records("contacts/contact"))
    check.that(f"{SEARCH}.code-19", not number, "no contacts", f"{number} contacts", exchange)


@requirement(f"{SEARCH}.exact", *WILDCARDS)
def test_value_is_matched_whole_unless_it_has_a_wildcard(search: Search) -> None:
    for tag, value in search.prepare().items():
        end = trimmed(f"{value}%", f"{value[:-1]}%", f"{value[: len(value) // 2]}%")
        start = trimmed(f"%{value}", f"%{value[1:]}", f"%{value[len(value) // 2 :]}")
        both = trimmed(f"%{value}%", f"%{value[1:-1]}%")
        exact = trimmed(value, value[:-1], value[1:])
        for name, patterns in zip(
            (f"{SEARCH}.exact", *WILDCARDS), (exact, end, start, both), strict=True
        ):
            search.finds(name, *({tag: pattern} for pattern in patterns))
    # Each contact has a last name, of zero or more characters.
    search.finds(f"{SEARCH}.wildcard-both", {"last_name": "%"}, {"any": "%"})


@requirement(f"{SEARCH}.all-tags")
def test_contacts_match_all_tags(search: Search) -> None:
    subject = search.prepare()
    search.finds(f"{SEARCH}.all-tags", subject)
    for tag, value in subject.items():
        # Each tag in turn names another contact than the rest do, or none.
        pad = "7" if tag == "phone" else "z"
        search.finds(f"{SEARCH}.all-tags", subject | {tag: value + pad})


@requirement(f"{SEARCH}.empty-tags-ignored", f"{SEARCH}.empty-any-ignored")
def test_empty_tags_select_nothing_away(search: Search) -> None:
    subject = search.prepare()
    blank = dict.fromkeys(TAGS, "")
    ignored = [blank, *({tag: ""} for tag in TAGS)]
    ignored += [blank | {tag: value} for tag, value in subject.items()]
    search.finds(f"{SEARCH}.empty-tags-ignored", *ignored)
    others = [{"any": ""} | {tag: value} for tag, value in subject.items()]
    search.finds(f"{SEARCH}.empty-any-ignored", {"any": ""}, {"any": ""} | subject, *others)


@requirement(f"{SEARCH}.any")
def test_any_finds_a_value_in_any_attribute(check: Check, search: Search) -> None:
    name, subject = f"{SEARCH}.any", search.prepare()
    for value in subject.values():
        patterns = trimmed(value, f"{value}%", f"%{value}", f"%{value[1:-1]}%", value[:-1])
        search.finds(name, *({"any": pattern} for pattern in patterns))
    if not search.by_speed_dial():
        check.remark(name, "any does not find a contact by its speed_dial (RD-60)")
    tag, value = next(iter(subject.items()))
    both = {"any": value, "last_name" if tag != "last_name" else "phone": search.unknown()}
    if search.found(both) != search.selected(both):
        check.remark(name, "beside other tags, any does not exclude them (RD-42)")


@requirement(f"{SEARCH}.no-match")
def test_filter_that_nothing_matches_finds_nothing(search: Search) -> None:
    subject, unknown = search.prepare(), search.unknown()
    patterns = (unknown, f"{unknown}%", f"%{unknown}", f"%{unknown}%")
    filters = [{tag: pattern} for tag in ("any", *subject) for pattern in patterns]
    search.finds(f"{SEARCH}.no-match", *filters)
