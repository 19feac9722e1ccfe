"""Permitted but unusual behaviour of /system."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import replace

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, handling, rerouting, shaping
from conformance.emulator.dispatch import Answer, Interceptor
from conformance.emulator.model import PROTECTED_INTERFACE, Interface
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Outcome, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_INTERFACES, _INTERFACE = "POST /system/network/interfaces", "PUT /system/network/interfaces"
_ADD, _CHANGE = "POST /system/network/routes", "PUT /system/network/routes"
_REMOVE, _LIST = "DELETE /system/network/routes/<id>", "GET /system/network/routes"
_UPDATE, _STATUS = "PUT /system/firmware/update", "GET /system/firmware/updatestatus"
_PROMOTE = "PUT /system/firmware/promotesecondary"
_BY_CODE = {
    33: "Invalid network id",
    34: "Invalid network IP address",
    36: "Network interface not saved",
    40: "Invalid network route request",
    41: "Invalid network route destination address",
    42: "Invalid network route gateway address",
    43: "Invalid network route",
    44: "Network route not saved",
    45: "Invalid network route id",
}


def _row(name: str, title: str, clause: str, permission: str, alteration: Alteration) -> Variant:
    return Variant(
        id=f"system.{name}",
        title=title,
        clause=clause,
        permission=permission,
        alteration=alteration,
    )


def _answered_in_route(root: Element) -> None:
    for block in root.findall("dns"):
        block.tag = "route"


def _interfaces(change: Callable[[Sequence[Interface]], Sequence[Interface]]) -> Alteration:
    def prepare(pbx: Pbx) -> None:
        for configuration in (pbx.config.running, pbx.config.draft):
            found = change(list(configuration.interfaces.values()))
            configuration.interfaces = {one.id: one for one in found}

    return Alteration(prepare=prepare)


def _numbered(first: int, step: int) -> Alteration:
    return _interfaces(
        lambda found: [replace(one, id=first + step * place) for place, one in enumerate(found)]
    )


def _no_routes(pbx: Pbx) -> None:
    for configuration in (pbx.config.running, pbx.config.draft):
        configuration.routes = {i: one for i, one in configuration.routes.items() if one.default}


def _no_default(pbx: Pbx) -> None:
    for configuration in (pbx.config.running, pbx.config.draft):
        configuration.routes = {
            i: one for i, one in configuration.routes.items() if not one.default
        }


def _instead(container: str, due: int, code: int, *ids: str) -> Interceptor:
    """Answer another code than usual for some ids, or for all."""

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        form = request.body.block(container)
        wanted = request.argument or (form.word("id") if form is not None else "")
        if isinstance(reply, Outcome) and reply.code == due and (not ids or wanted in ids):
            return replace(reply, code=code, message=_BY_CODE[code])
        return reply

    return intercept


def _protecting(code: int) -> Interceptor:
    """Protect eth0 with another code."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply, form = proceed(request), request.body.block("interface")
        eth0 = [
            str(one.id)
            for one in pbx.config.draft.interfaces.values()
            if one.name == PROTECTED_INTERFACE
        ]
        disabling = form is not None and form.word("enabled") == "false"
        refused = isinstance(reply, Outcome) and reply.code
        if refused and disabling and form is not None and form.word("id") in eth0:
            return Outcome("interface", code, _BY_CODE[code])
        return reply

    return intercept


def _forgetting(*tags: str) -> Interceptor:
    """Do not know some tags of a request."""

    def forget(body: Element) -> None:
        for tag in tags:
            for element in list(body.iterfind(f"route/{tag}")):
                element.tag = f"unknown_{tag}"

    return lambda _, request, proceed: proceed(edited(request, forget))


def _route_id_last(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Look at the values before the id."""
    form = request.body.block("route")
    if form is None or form.lacks("id"):
        return proceed(request)
    known = next(iter(pbx.config.draft.routes.values()), None)
    reply = proceed(request)
    if not (isinstance(reply, Outcome) and reply.code == 45) or known is None:  # noqa: PLR2004
        return reply

    def borrow(body: Element) -> None:
        for element in body.iterfind("route/id"):
            element.text = str(max(pbx.config.draft.routes))

    with_known, config = edited(request, borrow), pbx.config
    draft, pending = config.draft, config.pending
    config.draft = draft.copy()
    try:
        other = proceed(with_known)
    finally:
        config.draft, config.pending = draft, pending
    wrong = isinstance(other, Outcome) and other.code in {41, 42, 43}
    return other if wrong else reply


def _gateway_first(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Look at the gateway before the destination."""
    form, reply = request.body.block("route"), proceed(request)
    if form is None or not isinstance(reply, Outcome) or reply.code != 41:  # noqa: PLR2004
        return reply
    try:
        ipaddress.IPv4Address(form.word("gateway") or "192.0.2.1")
    except ValueError:
        return Outcome("route", 42, _BY_CODE[42])
    return reply


def _strict_hosts(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Take a destination with host bits for none."""
    form = request.body.block("route")
    destination = form.word("destination") if form is not None else ""
    try:
        ipaddress.IPv4Network(destination or "0.0.0.0/0")
    except ValueError:
        if "/" in destination and _is_interface(destination):
            return Outcome("route", 41, _BY_CODE[41])
    return proceed(request)


def _is_interface(text: str) -> bool:
    try:
        ipaddress.IPv4Interface(text)
    except ValueError:
        return False
    return True


def _running_twice(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Leave nothing of the old primary firmware."""
    reply = proceed(request)
    if isinstance(reply, Outcome) and reply.code == 0:
        pbx.firmware.secondary = pbx.firmware.primary
    return reply


def _empty_id(container: str, code: int) -> Interceptor:
    """Take an empty id for a wrong one rather than for a missing one."""

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block(container)
        if form is not None and "id" in form and form.lacks("id"):
            return Outcome(container, code, _BY_CODE[code])
        return proceed(request)

    return intercept


def _in_progress_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if pbx.firmware.updating:
        return Outcome("update", 20, "Firmware update already in progress")
    return proceed(request)


def _unoffered_lies_behind(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form, reply = request.body.block("update"), proceed(request)
    offered = form is not None and form.word("firmware_version") in pbx.profile.offered
    if isinstance(reply, Outcome) and reply.code == 23 and not offered:  # noqa: PLR2004
        return Outcome("update", 22, "Required update before")
    return reply


def _shown_once() -> Interceptor:
    """Forget the outcome of an update once it has been asked for."""
    told: list[str] = []

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if request.route.path.endswith("/update"):
            told.clear()
        elif isinstance(reply, Outcome) and reply.code in {30, 31}:
            if told:
                return Outcome("update_status", 25, "No firmware update in progress")
            told.append(pbx.firmware.secondary)
        return reply

    return intercept


def _timed(**times: float) -> Alteration:
    return Alteration(settings=lambda settings: replace(settings, **times))  # type: ignore[arg-type]


def _needs_all(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("route")
    if form is not None and form.lacks("enabled"):
        return Outcome("route", 12, "One or more required field missing")
    return proceed(request)


def _method(method: str) -> Alteration:
    return rerouting(_INTERFACES, lambda route: replace(route, method=method))


VARIANTS = [
    _row("interfaces-by-get", "The interfaces are known to GET alone", _INTERFACES, "RD-02",
         _method("GET")),
    _row("route-in-delete", "A deleted route is answered with route", _REMOVE, "RD-03",
         shaping(_REMOVE, by=_answered_in_route)),
    _row("interfaces-from-0", "eth0 has the id 0", _INTERFACE, "RD-07", _numbered(0, 1)),
    _row("interfaces-from-10", "Ids of interfaces have gaps", _INTERFACE, "RD-07",
         _numbered(10, 10)),
    _row("single-interface", "eth0 is the only interface", _INTERFACE, "RD-45",
         _interfaces(lambda found: [one for one in found if one.name == PROTECTED_INTERFACE])),
    _row("eth0-last", "eth0 stands last in the list", _INTERFACES, "RD-07",
         _interfaces(lambda found: list(found)[::-1])),
    _row("no-static-routes", "No route but the default one", _LIST, "population",
         Alteration(prepare=_no_routes)),
    _row("no-default-route", "No default route", _LIST, "population",
         Alteration(prepare=_no_default)),
    _row("default-route-has-no-id", "Code 45 protects the default route", _REMOVE, "RD-15",
         handling(_REMOVE, by=_instead("dns", 46, 45, "1"))),
    _row("default-route-keeps-destination", "Code 41 protects the default route", _CHANGE,
         "RD-15", handling(_CHANGE, by=_instead("route", 44, 41, "1"))),
    _row("default-route-keeps-gateway", "Code 43 protects the default route", _CHANGE, "RD-15",
         handling(_CHANGE, by=_instead("route", 44, 43, "1"))),
    _row("eth0-is-no-id", "Code 33 protects eth0", _INTERFACE, "RD-15",
         handling(_INTERFACE, by=_protecting(33))),
    _row("eth0-is-no-address", "Code 34 protects eth0", _INTERFACE, "RD-15",
         handling(_INTERFACE, by=_protecting(34))),
    _row("destination-alone", "PUT knows destination, not ip_address and netmask", _CHANGE,
         "RD-35", handling(_CHANGE, by=_forgetting("ip_address", "netmask"))),
    _row("address-and-netmask-alone", "PUT knows ip_address and netmask, not destination",
         _CHANGE, "RD-35", handling(_CHANGE, by=_forgetting("destination"))),
    _row("empty-interface-id", "Code 33 for an empty id", _INTERFACE, "RD-56",
         handling(_INTERFACE, by=_empty_id("interface", 33))),
    _row("empty-route-id", "Code 45 for an empty id", _CHANGE, "RD-56",
         handling(_CHANGE, by=_empty_id("route", 45))),
    _row("route-id-last", "Codes 41, 42 and 43 win over 45", _CHANGE, "RD-16",
         handling(_CHANGE, by=_route_id_last)),
    _row("gateway-first", "Code 42 wins over 41", _ADD, "RD-16",
         handling(_ADD, _CHANGE, by=_gateway_first)),
    _row("enabled-required", "A new route needs enabled", _ADD, "RD-31",
         handling(_ADD, by=_needs_all)),
    _row("host-bits-refused", "A destination with host bits is none", _ADD, "RD-47",
         handling(_ADD, by=_strict_hosts)),
    _row("unoffered-lies-behind", "Code 22 for a version that nobody offers", _UPDATE, "RD-50",
         handling(_UPDATE, by=_unoffered_lies_behind)),
    _row("old-primary-gone", "After a promotion both slots hold the same", _PROMOTE, "RD-53",
         handling(_PROMOTE, by=_running_twice)),
    _row("outcome-shown-once", "The outcome of an update is told once", _STATUS, "RD-54",
         handling(_STATUS, _UPDATE, by=_shown_once())),
    _row("in-progress-first", "Code 20 wins over all others", _UPDATE, "RD-16",
         handling(_UPDATE, by=_in_progress_first)),
    _row("reboots-at-once", "A reboot takes no time", "PUT /system/restart", "RD-55",
         _timed(boot_s=0.0)),
    _row("updates-at-once", "An update takes no time", _UPDATE, "RD-54",
         _timed(update_step_s=0.0)),
]  # fmt: skip
