"""Permitted but unusual behaviour of /voicemails."""

from conformance.emulator.altering import handling
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import add
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_COUNT = "GET /voicemails/count/<mailbox>"


def _zeros(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    reply = proceed(request)
    if isinstance(reply, Document) and not len(reply.content):
        voicemail = add(reply.content, "voicemail")
        for kind in ("urg_messages", "new_messages", "old_messages"):
            add(voicemail, kind, "0")
    return reply


VARIANTS = [
    Variant(
        id="voicemails.unknown-counts-nothing",
        title="A mailbox that does not exist holds 0 messages of each kind",
        clause=_COUNT,
        permission="RD-51",
        alteration=handling(_COUNT, by=_zeros),
    ),
]
