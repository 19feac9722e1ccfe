"""Everything wrong that can be seeded into /voicemails."""

from conformance.emulator.mistaken_objects import (
    answering_for,
    beginning,
    doubled,
    first_if_unknown,
)
from conformance.emulator.mistakes import USERS, defect, listing, showing

COUNT = "GET /voicemails/count/<mailbox>"
_RECORD = "voicemails/voicemail"


def _one_more(text: str) -> str:
    return str(int(text) + 1)


DEFECTS = [
    defect(COUNT, name, "read", title, alteration)
    for name, title, alteration in (
        ("no-record", "has no record of any mailbox", listing(COUNT, _RECORD, lambda _: [])),
        ("two-records", "has two records of a mailbox", listing(COUNT, _RECORD, doubled)),
        (
            "empty-missing",
            "has no record of a mailbox without messages",
            listing(
                COUNT,
                _RECORD,
                lambda found: [one for one in found if any(int(n.text or 0) for n in one)],
            ),
        ),
        (
            "new-one-more",
            "counts one new message too many",
            showing(COUNT, "new_messages", _one_more),
        ),
        (
            "old-one-more",
            "counts one old message too many",
            showing(COUNT, "old_messages", _one_more),
        ),
        (
            "urgent-one-more",
            "counts one urgent message too many",
            showing(COUNT, "urg_messages", _one_more),
        ),
        (
            "first-if-unknown",
            "counts the messages of the first extension for an unknown mailbox",
            answering_for(COUNT, USERS, first_if_unknown),
        ),
        (
            "by-beginning",
            "takes the beginning of a number for the number",
            answering_for(COUNT, USERS, beginning),
        ),
    )
]
