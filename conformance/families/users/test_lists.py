"""Checks of the brief and the full configuration as they are read: all, one, none."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from conformance.check import Answer, requirement
from conformance.families.users.fields import normal
from conformance.families.users.views import BRIEF, CONFIGS, REGISTRATIONS, sample
from conformance.objects import assert_at_rest, one

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.families.users.views import View
    from conformance.objects import Extensions, Record

NAMES = ("first_name", "last_name")
# What a telephone's registration may change between two requests.
VOLATILE = {"rtt"}


def stable(record: Record) -> dict[str, object]:
    """A record without what changes by itself, an empty block as an absent one (RD-28)."""
    kept = {tag: normal({tag: values}) for tag, values in record.items() if tag not in VOLATILE}
    return {tag: value for tag, value in kept.items() if value}


def differs(check: Check, view: View, exten: str, expected: Record | None) -> str:
    """What is wrong with the GET of one extension, in words; empty if it is as in the list."""
    exchange = check.call(view.one, key=exten)
    found = view.extens(exchange)
    if found != [exten]:
        return f"{view.one} for {exten} holds {', '.join(found) or 'no extension'}"
    if expected is None:
        return ""
    shown, listed = stable(view.record(exchange)), stable(expected)
    odd = [tag for tag in sorted(shown | listed) if shown.get(tag) != listed.get(tag)]
    return f"{exten} differs from the list in {', '.join(odd)}" if odd else ""


@requirement(f"{CONFIGS.all_slug}.unique")
def test_each_extension_is_listed_once(check: Check) -> None:
    numbers = Counter(CONFIGS.extens(check.call(CONFIGS.all)))
    if not numbers:
        check.inconclusive("no extension is configured")
    twice = sorted(exten for exten, times in numbers.items() if times > 1)
    observed = f"listed more than once: {', '.join(twice)}"
    check.that(f"{CONFIGS.all_slug}.unique", not twice, "every extension once", observed)


@requirement(f"{BRIEF.all_slug}.all-configured")
def test_brief_lists_every_extension_once(check: Check) -> None:
    assert_at_rest(check)
    configured = CONFIGS.listed(check)
    numbers = Counter(BRIEF.extens(check.call(BRIEF.all)))
    if not configured and not numbers:
        check.inconclusive("no extension is configured")
    wrong = {exten: numbers[exten] for exten in configured if numbers[exten] != 1}
    wrong |= {exten: times for exten, times in numbers.items() if exten not in configured}
    observed = "; ".join(f"{exten} {times} times" for exten, times in sorted(wrong.items()))
    expected = "the extensions of GET /users/configs/, each once"
    check.that(f"{BRIEF.all_slug}.all-configured", not wrong, expected, observed)


@requirement(f"{BRIEF.all_slug}.agrees-with-configs")
def test_brief_agrees_with_the_full_configuration(check: Check) -> None:
    assert_at_rest(check)
    configured, brief = CONFIGS.listed(check), BRIEF.listed(check)
    both = configured.keys() & brief.keys()
    if not both:
        check.inconclusive("no extension is in both lists")
    wrong = [
        f"{tag} of {exten} is {one(brief[exten], tag)!r}, configured is "
        f"{one(configured[exten], tag)!r}"
        for exten in sorted(both)
        for tag in ("enabled", *NAMES)
        if one(brief[exten], tag).strip() != one(configured[exten], tag).strip()
    ]
    expected = "enabled, first_name and last_name as in GET /users/configs/"
    check.that(f"{BRIEF.all_slug}.agrees-with-configs", not wrong, expected, "; ".join(wrong[:5]))


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(view, marks=requirement(f"{view.one_slug}.own-record"), id=view.name)
        for view in (BRIEF, CONFIGS, REGISTRATIONS)
    ],
)
def test_one_extension_is_shown_as_in_the_list(check: Check, view: View) -> None:
    assert_at_rest(check)
    records = view.listed(check)
    if not records:
        check.inconclusive(f"{view.all} lists no extension")
    for exten in sample(records):
        wrong = differs(check, view, exten, records[exten])
        if wrong:
            # Somebody may have changed it, or a telephone registered, since the list was read.
            wrong = differs(check, view, exten, view.listed(check).get(exten))
        expected = f"the record of {exten} alone, as in {view.all}"
        check.that(f"{view.one_slug}.own-record", not wrong, expected, wrong)


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(view, marks=requirement(f"{view.one_slug}.unknown"), id=view.name)
        for view in (BRIEF, CONFIGS, REGISTRATIONS)
    ],
)
def test_unknown_extension_brings_no_record(
    check: Check, extensions: Extensions, view: View
) -> None:
    unused, known = extensions.unused(), extensions.listed()
    # Parts of a number, and a number within a longer one, are other numbers.
    near = [text for exten in list(known)[:1] for text in (exten[:-1], exten[1:], f"{exten}0")]
    strangers = [exten for exten in (unused, *near) if exten and exten not in known]
    if not strangers:
        check.inconclusive("every number that was tried is configured")
    for exten in strangers:
        exchange = check.call(view.one, key=exten, answer=Answer.UNKNOWN_OBJECT)
        check.unknown_object(f"{view.one_slug}.unknown", exchange, view.path)
