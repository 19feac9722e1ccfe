"""Permitted but unusual behaviour of /license, and of the licence itself."""

from dataclasses import replace

from lxml import etree

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import handling, rerouting
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import add
from conformance.emulator.licence import LicenceStatus
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_STATE, _ACTIVATION = "GET /license/pxbinstance", "POST /license/pxbinstance"


def _at(path: str) -> Alteration:
    parts = [
        rerouting(name, lambda route: replace(route, path=path)) for name in (_STATE, _ACTIVATION)
    ]
    first, second = (part.routes for part in parts)
    assert first is not None, "rerouting alters the routes"  # noqa: S101
    assert second is not None, "rerouting alters the routes"  # noqa: S101
    return Alteration(routes=lambda routes: second(first(routes)))


def _disabled(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    installed = pbx.key_required and not pbx.lab.holds("license-absent")
    if not installed or pbx.licence.status is not LicenceStatus.MISSING:
        return proceed(request)
    licence = etree.Element("pbx_instance_license")
    add(licence, "license_status", "DISABLED")
    add(licence, "licensed_exten", str(pbx.licence.extensions))
    return Document(licence)


def _no_key(pbx: Pbx) -> None:
    pbx.licence.key_required = False


def _spare(extensions: int, callgroups: int) -> Alteration:
    def prepare(pbx: Pbx) -> None:
        pbx.licence.extensions = len(pbx.config.draft.users) + extensions
        pbx.licence.callgroups = len(pbx.config.draft.callgroups) + callgroups

    return Alteration(prepare=prepare)


VARIANTS = [
    Variant(
        id="license.path.pxbininstance",
        title="The licence stands where the guide's index has it",
        clause=_STATE,
        permission="RD-01",
        alteration=_at("/license/pxbininstance"),
    ),
    Variant(
        id="license.path.pbxinstance",
        title="The licence stands where both of the guide's spellings point",
        clause=_STATE,
        permission="RD-01",
        alteration=_at("/license/pbxinstance"),
    ),
    Variant(
        id="license.missing-is-disabled",
        title="A licence that is missing is shown as DISABLED; only one never installed is code 11",
        clause=_STATE,
        permission="RD-43",
        alteration=handling(_STATE, by=_disabled),
    ),
    Variant(
        id="license.no-key-needed",
        title="A model that needs no licence key",
        clause="REST APIs and KalliopePBX license activation",
        permission="PICS license_key_required",
        alteration=Alteration(prepare=_no_key),
    ),
    Variant(
        id="license.all-used",
        title="As many extensions and callgroups as are licensed",
        clause="POST /users/configs/",
        permission="RD-16",
        alteration=_spare(0, 0),
    ),
    Variant(
        id="license.one-left",
        title="One more extension and callgroup is licensed",
        clause="POST /users/configs/",
        permission="RD-16",
        alteration=_spare(1, 1),
    ),
]
