"""The emulated /voicemails."""

from lxml import etree

from conformance.emulator.document import add
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute


def _count(pbx: Pbx, request: ApiRequest) -> Reply:
    voicemails = etree.Element("voicemails")
    user = pbx.config.draft.users.get(request.argument)
    if user is not None and user.vm_enabled:
        voicemail = add(voicemails, "voicemail")
        add(voicemail, "urg_messages", str(user.mailbox.urgent))
        add(voicemail, "new_messages", str(user.mailbox.new))
        add(voicemail, "old_messages", str(user.mailbox.old))
    return Document(voicemails)


ROUTES = [EmulatedRoute("GET", "/voicemails/count/<mailbox>", _count)]
