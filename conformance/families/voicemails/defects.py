"""Everything wrong that can be seeded into /voicemails."""

from conformance.emulator.mistaken_objects import (
    answering_for,
    beginning,
    doubled,
    first_if_unknown,
)
from conformance.emulator.mistakes import USERS, defect, listing

COUNT = "GET /voicemails/count/<mailbox>"
_RECORD = "voicemails/voicemail"


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
