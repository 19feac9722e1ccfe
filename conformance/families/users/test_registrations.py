"""Checks of /users/registrations: who is listed, and what is known of a registered telephone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance.check import requirement
from conformance.families.users.views import CONFIGS, REGISTRATIONS, sample
from conformance.objects import assert_at_rest, one

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Record, Records

ALL = REGISTRATIONS.all_slug
ONE = REGISTRATIONS.one_slug
# RD-28: of a registration, these may be empty unless its status is OK.
ADDRESS = ("contact", "ip", "port", "useragent")


def enabled(configured: Records) -> set[str]:
    """The extensions that are enabled."""
    return {key for key, record in configured.items() if one(record, "enabled").strip() == "true"}


def registered(records: Records) -> Records:
    """The registrations whose status is OK."""
    return {exten: row for exten, row in records.items() if one(row, "status").strip() == "OK"}


def lacking(record: Record) -> list[str]:
    """What a registration should have and has not."""
    return [tag for tag in ADDRESS if not one(record, tag).strip()]


@requirement(f"{ALL}.all-enabled")
def test_every_enabled_extension_is_listed_once(check: Check) -> None:
    assert_at_rest(check)
    wanted = enabled(CONFIGS.listed(check))
    if not wanted:
        check.inconclusive("no extension is enabled")
    times = Counter(REGISTRATIONS.extens(check.call(REGISTRATIONS.all)))
    wrong = sorted(exten for exten in wanted if times[exten] != 1)
    observed = ", ".join(f"{exten} {times[exten]} times" for exten in wrong)
    check.that(f"{ALL}.all-enabled", not wrong, "each enabled extension once", observed)


@requirement(f"{ALL}.only-enabled")
def test_no_other_extension_is_listed(check: Check) -> None:
    assert_at_rest(check)
    configured = CONFIGS.listed(check)
    others = set(REGISTRATIONS.listed(check)) - enabled(configured)
    observed = "listed although not enabled: " + ", ".join(sorted(others))
    check.that(f"{ALL}.only-enabled", not others, "enabled extensions alone", observed)
    if enabled(configured) == set(configured):
        check.inconclusive("no extension is disabled, so that none could be listed wrongly")


@requirement(f"{ALL}.ok-has-address")
def test_registered_extensions_have_an_address(check: Check) -> None:
    rows = registered(REGISTRATIONS.listed(check))
    if not rows:
        check.inconclusive("no registration has the status OK")
    wrong = {exten: lacking(row) for exten, row in rows.items() if lacking(row)}
    observed = "; ".join(f"{exten} has no {', '.join(tags)}" for exten, tags in wrong.items())
    expected = "contact, ip, port and useragent where the status is OK"
    check.that(f"{ALL}.ok-has-address", not wrong, expected, observed)


@requirement(f"{ONE}.ok-has-address")
def test_registered_extension_has_an_address(check: Check) -> None:
    rows = registered(REGISTRATIONS.listed(check))
    judged = 0
    for exten in sample(rows):
        exchange = check.call(REGISTRATIONS.one, key=exten)
        for row in registered({exten: REGISTRATIONS.record(exchange)}).values():
            wrong = lacking(row)
            expected = "contact, ip, port and useragent where the status is OK"
            observed = f"{exten} has no {', '.join(wrong)}"
            check.that(f"{ONE}.ok-has-address", not wrong, expected, observed, exchange)
            judged += 1
    if not judged:
        check.inconclusive("no registration has the status OK")
