"""The emulated /system: power, firmware, engine; network and backup stand beside."""

import re

from lxml import etree

from conformance.emulator.document import Form
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Document, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute
from conformance.families.system.emulated_backup import BACKUP_ROUTES
from conformance.families.system.emulated_network import NETWORK_ROUTES

_SECONDARY = Codes(
    "reboot_secondary",
    {
        0: "Success",
        14: "System running from secondary firmware",
        16: "System not rebooted from secondary firmware",
    },
)
_PROMOTED = Codes(
    "promote_secondary",
    {
        0: "Success",
        13: "System running from primary firmware",
        15: "Firmware not promoted to primary",
    },
)
_RESTORED = Codes(
    "restore_primary",
    {
        0: "Success",
        13: "System running from primary firmware",
        17: "Primary firmware not restored",
    },
)
_UPDATE = Codes(
    "update",
    {
        0: "Success",
        12: "One or more required field missing",
        18: "Invalid firmware update request",
        19: "Invalid version format",
        20: "Firmware update already in progress",
        21: "Version to update too old",
        22: "Required update before",
        23: "Unable to launch firmware update",
        24: "Firmware update not started",
    },
)
_UPDATE_STATUS = Codes(
    "update_status",
    {
        25: "No firmware update in progress",
        26: "Initializing updating process",
        27: "Downloading update",
        28: "Uncompressing file",
        29: "Migrating configuration",
        30: "Updating is successful",
        31: "An error has occurred during update process",
    },
)

# The guide's A.B.C-dddd, of numbers that fit anything.
_VERSION = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})-([0-9]{4})")


def _restart(pbx: Pbx, _: ApiRequest) -> Reply:
    pbx.reboot()
    return _done("system_restarted", last=True)


def _halt(pbx: Pbx, _: ApiRequest) -> Reply:
    pbx.halt()
    return _done("system_halted", last=True)


def _reload_engine(_: Pbx, __: ApiRequest) -> Reply:
    return _done("pbxengine_reloaded")


def _restart_engine(_: Pbx, __: ApiRequest) -> Reply:
    return _done("pbxengine_restarted")


def _firmware(pbx: Pbx, _: ApiRequest) -> Reply:
    pbx.firmware.settle()
    root = etree.Element("firmware")
    for tag in ("primary", "secondary", "running"):
        etree.SubElement(root, tag).text = getattr(pbx.firmware, tag)
    return Document(root)


def _reboot_secondary(pbx: Pbx, _: ApiRequest) -> Reply:
    if pbx.firmware.running == "secondary":
        return _SECONDARY(14)
    if pbx.lab.holds("reboot-failure"):
        return _SECONDARY(16)
    pbx.reboot("secondary")
    return _SECONDARY(0, last=True)


def _promote_secondary(pbx: Pbx, _: ApiRequest) -> Reply:
    if pbx.firmware.running == "primary":
        return _PROMOTED(13)
    if pbx.lab.holds("reboot-failure"):
        return _PROMOTED(15)
    pbx.firmware.promote()
    pbx.reboot()
    return _PROMOTED(0, last=True)


def _restore_primary(pbx: Pbx, _: ApiRequest) -> Reply:
    if pbx.firmware.running == "primary":
        return _RESTORED(13)
    if pbx.lab.holds("reboot-failure"):
        return _RESTORED(17)
    pbx.reboot()
    return _RESTORED(0, last=True)


def _update(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("update")
    code = _refusal(pbx, form)
    if form is not None and not code:
        failing = "update-progress-failure"
        pbx.firmware.start_update(form.word("firmware_version"), lambda: pbx.lab.holds(failing))
    return _UPDATE(code)


def _refusal(pbx: Pbx, form: Form | None) -> int:
    """Return the code that keeps an update from starting, or 0."""
    if form is None:
        return 18
    version = form.word("firmware_version")
    if not version:
        return 12
    wanted, running = _ordered(version), _ordered(pbx.firmware.running_version)
    if wanted is None:
        return 19
    if running is not None and wanted <= running:
        return 21
    if pbx.firmware.updating:
        return 20
    return _launch_refusal(pbx, version)


def _launch_refusal(pbx: Pbx, version: str) -> int:
    if version in pbx.profile.blocked:
        return 22
    if version not in pbx.profile.offered or pbx.lab.holds("update-launch-failure"):
        return 23
    return 24 if pbx.lab.holds("update-start-failure") else 0


def _update_status(pbx: Pbx, _: ApiRequest) -> Reply:
    return _UPDATE_STATUS(pbx.firmware.status())


def _ordered(version: str) -> tuple[int, ...] | None:
    match = _VERSION.fullmatch(version)
    return None if match is None else tuple(map(int, match.groups()))


def _done(tag: str, *, last: bool = False) -> Document:
    root = etree.Element(tag)
    root.text = "true"
    return Document(root, last=last)


ROUTES = [
    EmulatedRoute("PUT", "/system/restart", _restart),
    EmulatedRoute("PUT", "/system/halt", _halt),
    EmulatedRoute("GET", "/system/firmware", _firmware),
    EmulatedRoute("PUT", "/system/firmware/rebootsecondary", _reboot_secondary),
    EmulatedRoute("PUT", "/system/firmware/promotesecondary", _promote_secondary),
    EmulatedRoute("PUT", "/system/firmware/restoreprimary", _restore_primary),
    EmulatedRoute("PUT", "/system/firmware/update", _update),
    EmulatedRoute("GET", "/system/firmware/updatestatus", _update_status),
    EmulatedRoute("PUT", "/system/pbxengine/reload", _reload_engine),
    EmulatedRoute("PUT", "/system/pbxengine/restart", _restart_engine),
    *NETWORK_ROUTES,
    *BACKUP_ROUTES,
]
