"""Permitted but unusual behaviour of /users."""

from dataclasses import replace

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import handling, shaping
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import add
from conformance.emulator.model import User
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Outcome, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_ADD, _CHANGE = "POST /users/configs/", "PUT /users/configs/<exten>"
_REMOVE = "DELETE /users/configs/<exten>"
_CONFIGS = ("GET /users/configs/", "GET /users/configs/<exten>")
_REGISTRATIONS = ("GET /users/registrations/", "GET /users/registrations/<exten>")
_DESTINATION = ("name", "value", "gateway_type", "gateway_id", "gateway_name")


def _row(name: str, title: str, clause: str, permission: str, alteration: Alteration) -> Variant:
    return Variant(
        id=f"users.{name}", title=title, clause=clause, permission=permission, alteration=alteration
    )


def _of_size(users: int) -> Alteration:
    return Alteration(settings=lambda settings: replace(settings, users=users))


def _each(pbx: Pbx, exten: str, user: User) -> None:
    for configuration in (pbx.config.running, pbx.config.draft):
        configuration.users[exten] = user


def _upper_md5(root: Element) -> None:
    for element in root.iter("gui_secret_md5"):
        element.text = (element.text or "").upper() or None


def _no_gui_secret(root: Element) -> None:
    for element in root.iter("gui_secret_md5"):
        element.text = None


def _absent_failover(root: Element) -> None:
    for config in list(root.iter("config")):
        for block in config.findall("failover"):
            if not len(block):
                config.remove(block)


def _empty_failover(root: Element) -> None:
    for block in list(root.iter("failover")):
        if not len(block):
            add(block, "intro")
            add(block, "type")
            destination = add(block, "destination")
            for tag in _DESTINATION:
                add(destination, tag)


def _bare_destination(root: Element) -> None:
    for destination in list(root.iter("destination")):
        for tag in ("gateway_type", "gateway_id", "gateway_name"):
            for element in destination.findall(tag):
                if not element.text:
                    destination.remove(element)


def _no_rtt(root: Element) -> None:
    for element in root.iter("rtt"):
        element.text = None


def _only_ok(root: Element) -> None:
    for registration in list(root.iter("registration")):
        if registration.findtext("status") != "OK":
            for tag in ("rtt", "contact", "ip", "port", "useragent"):
                for element in registration.findall(tag):
                    element.text = None


def _unregistered(pbx: Pbx) -> None:
    for exten, user in list(pbx.config.running.users.items()):
        if user.registration.status != "OK":
            _each(pbx, exten, replace(user, enabled=False))


def _unknown_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if request.argument not in pbx.config.draft.users:
        return Outcome("user", 15, "User does not exist")
    return proceed(request)


def _existing_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("user")
    if form is not None and form.word("exten") in pbx.config.draft.users:
        return Outcome("user", 11, "User already exists")
    return proceed(request)


def _limit_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if pbx.key_required and len(pbx.config.draft.users) >= pbx.licence.extensions:
        return Outcome("user", 13, "Licensed extensions number reached")
    return proceed(request)


def _storage_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    return proceed(request) if pbx.stores else Outcome("user", 14, "User not saved")


def _not_deleted(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if pbx.stores or request.argument not in pbx.config.draft.users:
        return proceed(request)
    return Outcome("user", 0, "Success")


def _no_voicemail(pbx: Pbx) -> None:
    for exten, user in list(pbx.config.running.users.items()):
        _each(pbx, exten, replace(user, vm_enabled=False, vm_secret="", vm_email=""))


VARIANTS = [
    _row("one-extension", "One extension is configured", _CONFIGS[0], "population", _of_size(1)),
    _row("800-extensions", "800 extensions are configured", _CONFIGS[0], "population",
         _of_size(800)),
    _row("no-voicemail", "No extension has a voicemail", _CONFIGS[0], "population",
         Alteration(prepare=_no_voicemail)),
    _row("disabled-unless-registered", "Whoever is not registered is disabled", _REGISTRATIONS[0],
         "population", Alteration(prepare=_unregistered)),
    _row("gui-md5-upper-case", "gui_secret_md5 in capitals", _CONFIGS[0], "RD-47",
         shaping(*_CONFIGS, by=_upper_md5)),
    _row("gui-md5-empty", "No extension has a password of its own", _CONFIGS[0], "RD-28",
         shaping(*_CONFIGS, by=_no_gui_secret)),
    _row("failover-absent", "No failover block where none is configured", _CONFIGS[0], "RD-28",
         shaping(*_CONFIGS, by=_absent_failover)),
    _row("failover-of-empty-values", "A failover of empty values where none is configured",
         _CONFIGS[0], "RD-28", shaping(*_CONFIGS, by=_empty_failover)),
    _row("gateway-absent", "No gateway tags where no gateway is used", _CONFIGS[0], "RD-28",
         shaping(*_CONFIGS, by=_bare_destination)),
    _row("rtt-empty", "No round-trip times are measured", _REGISTRATIONS[0], "RD-08",
         shaping(*_REGISTRATIONS, by=_no_rtt)),
    _row("registered-alone-has-details", "Nothing is known of a telephone that is not OK",
         _REGISTRATIONS[0], "RD-28", shaping(*_REGISTRATIONS, by=_only_ok)),
    _row("unknown-before-request", "Code 15 wins over 10 and 16", _CHANGE, "RD-16",
         handling(_CHANGE, by=_unknown_first)),
    _row("existing-before-missing", "Code 11 wins over 12", _ADD, "RD-16",
         handling(_ADD, by=_existing_first)),
    _row("limit-before-all", "Code 13 wins over all others", _ADD, "RD-16",
         handling(_ADD, by=_limit_first)),
    _row("storage-before-all", "Code 14 wins over all others where nothing can be stored", _ADD,
         "RD-16", handling(_ADD, _CHANGE, by=_storage_first)),
    _row("delete-despite-storage", "A user stays whose deletion can't be stored, without a code",
         _REMOVE, "RD-44", handling(_REMOVE, by=_not_deleted)),
]  # fmt: skip
