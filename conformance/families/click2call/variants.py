"""Permitted but unusual behaviour of /click2call."""

from conformance.emulator.altering import handling
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Outcome, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_CALL = "POST /click2call"


def _number_first(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("click2call") or Form.empty()
    if form.lacks("number_to_call"):
        return Outcome("click2call", 12, "Missing number to call tag", "error_code")
    return proceed(request)


def _no_container(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if request.body.block("click2call") is None:
        return Outcome("click2call", 10, "Error", "error_code")
    return proceed(request)


VARIANTS = [
    Variant(
        id="click2call.number-before-exten",
        title="Code 12 where both tags are missing",
        clause=_CALL,
        permission="RD-16",
        alteration=handling(_CALL, by=_number_first),
    ),
    Variant(
        id="click2call.empty-request-is-an-error",
        title="Code 10 without the container",
        clause=_CALL,
        permission="RD-16",
        alteration=handling(_CALL, by=_no_container),
    ),
]
