"""The emulated /click2call."""

from conformance.emulator.document import Form
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_CODES = Codes(
    "click2call",
    {0: "Success", 10: "Error", 11: "Missing extension tag", 12: "Missing number to call tag"},
    "error_code",
)


def _call(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("click2call") or Form.empty()
    if form.lacks("exten"):
        return _CODES(11)
    if form.lacks("number_to_call"):
        return _CODES(12)
    rings = _rings(pbx, form.word("exten")) and _reaches(pbx, form)
    return _CODES(0 if rings and not pbx.lab.holds("call-failure") else 10)


def _rings(pbx: Pbx, exten: str) -> bool:
    # A telephone follows what runs, not what is pending.
    user = pbx.config.running.users.get(exten)
    return user is not None and user.enabled


def _reaches(pbx: Pbx, form: Form) -> bool:
    kind = form.word("type") or "auto"
    if kind == "exten":
        return form.word("number_to_call") in pbx.config.running.users
    return kind in {"auto", "out"}


ROUTES = [EmulatedRoute("POST", "/click2call", _call)]
