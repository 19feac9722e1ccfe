"""Checks of GET /voicemails/count/<mailbox>. A mailbox has the number of its extension (RD-51)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check import Answer, requirement
from conformance.objects import Extensions, apply, assert_at_rest, one
from conformance.wire.message import whole_number

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

COUNT = "voicemails.count.mailbox.get"
ENDPOINT = "GET /voicemails/count/<mailbox>"
RECORDS = "voicemails/voicemail"
KINDS = ("urg_messages", "new_messages", "old_messages")
SAMPLE = 12


def counts(exchange: Exchange) -> list[list[str]]:
    """Urgent, unread and read messages of each record in an answer."""
    return [
        [(record.findtext(kind) or "").strip() for kind in KINDS]
        for record in exchange.records(RECORDS)
    ]


def is_none(count: list[str]) -> bool:
    """Whether a record counts no message at all."""
    return all(whole_number(text) == 0 for text in count)


@requirement(f"{COUNT}.one-record")
def test_mailbox_has_one_record(check: Check) -> None:
    assert_at_rest(check)
    configured = Extensions(check).listed().items()
    boxes = [exten for exten, row in configured if one(row, "vm_enabled").strip() == "true"]
    if not boxes:
        check.inconclusive("no extension has a voicemail")
    for box in boxes[:: -(-len(boxes) // SAMPLE)]:
        exchange = check.call(ENDPOINT, key=box)
        records = len(counts(exchange))
        expected = f"one record for mailbox {box}, whose extension has a voicemail"
        check.that(f"{COUNT}.one-record", records == 1, expected, f"{records} records", exchange)


@requirement(f"{COUNT}.new-mailbox")
def test_new_extension_has_a_mailbox(check: Check) -> None:
    box = Extensions(check).create(vm_enabled=True)
    apply(check)
    exchange = check.call(ENDPOINT, key=box)
    found = counts(exchange)
    expected = "one record: its voicemail is enabled"
    check.that(f"{COUNT}.new-mailbox", len(found) == 1, expected, repr(found), exchange)
    if not is_none(found[0]):  # what an earlier owner of the number was left, say
        check.remark(f"{COUNT}.new-mailbox", "the mailbox of a new extension holds messages")


@requirement(f"{COUNT}.unknown")
def test_unknown_mailbox_holds_nothing(check: Check) -> None:
    extensions = Extensions(check)
    unused, known = extensions.unused(), extensions.listed()
    # A PBX that takes the beginning of a number for the number would count another's messages.
    longer = [f"{exten}00000" for exten in list(known)[:1]]
    for box in (unused, *longer):
        exchange = check.call(ENDPOINT, key=box, answer=Answer.UNKNOWN_OBJECT)
        found = counts(exchange)
        if len(found) == 1 and is_none(found[0]):
            check.sut.dialect.see("RD-51", "counts of zero")
            check.remark(f"{COUNT}.unknown", "an unknown mailbox has counts of zero (RD-51)")
        else:
            check.unknown_object(f"{COUNT}.unknown", exchange, RECORDS)
