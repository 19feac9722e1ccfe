"""The emulated /license: available whatever the licence's state."""

from lxml import etree

from conformance.emulator.document import add
from conformance.emulator.licence import LicenceStatus
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Document, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_CONTAINER = "pbx_instance_license"

_STATE = Codes(
    _CONTAINER,
    {10: "Invalid part number for request", 11: "No license present"},
)
_ACTIVATION = Codes(
    _CONTAINER,
    {
        0: "Success",
        10: "Invalid part number for request",
        12: "Invalid PBX instance license request",
        13: "Activation key field missing",
        14: "Missing response from license server",
        15: "Invalid response from license server",
        16: "Error message from license server",
        17: "License activation failed",
    },
)
_FAILURES = {
    "license-server-silent": 14,
    "license-server-invalid": 15,
    "license-server-error": 16,
    "license-activation-failure": 17,
}


def _state(pbx: Pbx, _: ApiRequest) -> Reply:
    if not pbx.key_required:
        return _STATE(10)
    if pbx.licence.status is LicenceStatus.MISSING:
        return _STATE(11)
    licence = etree.Element(_CONTAINER)
    add(licence, "license_status", pbx.licence.status)
    add(licence, "licensed_exten", str(pbx.licence.extensions))
    return Document(licence)


def _activate(pbx: Pbx, request: ApiRequest) -> Reply:
    if not pbx.key_required:
        return _ACTIVATION(10)
    form = request.body.block(_CONTAINER)
    if form is None:
        return _ACTIVATION(12)
    if form.lacks("activation_key"):
        return _ACTIVATION(13)
    for condition, code in _FAILURES.items():
        if pbx.lab.holds(condition):
            return _ACTIVATION(code)
    return _ACTIVATION(0 if pbx.licence.activate(form.word("activation_key")) else 17)


ROUTES = [
    EmulatedRoute("GET", "/license/pxbinstance", _state, license_exempt=True),
    EmulatedRoute("POST", "/license/pxbinstance", _activate, license_exempt=True),
]
