"""The emulated /system/network: interfaces, DNS, routes. Available without a licence."""

import ipaddress
import re
from dataclasses import replace

from lxml import etree

from conformance.emulator.document import Form, InvalidValueError, add, add_flag, number
from conformance.emulator.model import PROTECTED_INTERFACE, Interface, Route
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Document, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_INTERFACE = Codes(
    "interface",
    {
        0: "Success",
        12: "One or more required field missing",
        32: "Invalid network interface update request",
        33: "Invalid network id",
        34: "Invalid network IP address",
        35: "Invalid network netmask",
        36: "Network interface not saved",
    },
)
_DNS = Codes(
    "dns",
    {
        0: "Success",
        12: "One or more required field missing",
        37: "Invalid network DNS update request",
        38: "Invalid network DNS IP address",
        39: "Network DNS IP address not saved",
    },
)
_ROUTE_MESSAGES = {
    0: "Success",
    12: "One or more required field missing",
    40: "Invalid network route request",
    41: "Invalid network route destination address",
    42: "Invalid network route gateway address",
    43: "Invalid network route",
    44: "Network route not saved",
}
_ROUTE_ADDED = Codes("route", _ROUTE_MESSAGES)
_ROUTE_CHANGED = Codes("route", _ROUTE_MESSAGES | {45: "Invalid network route id"})
# The guide shows this answer in a <dns> element.
_ROUTE_REMOVED = Codes(
    "dns",
    {0: "Success", 45: "Invalid network route id", 46: "Network route not deleted"},
)

_DHCP = "0.0.0.0"  # noqa: S104 - an address that stands for DHCP
_OCTET = "(?:0|[1-9][0-9]{0,2})"
_ADDRESS = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_DESTINATION = re.compile(rf"({_ADDRESS.pattern})/([0-9]{{1,2}})")
_MAX_PREFIX = 32


def _interfaces(pbx: Pbx, _: ApiRequest) -> Reply:
    root = etree.Element("interfaces")
    for entry in pbx.config.draft.interfaces.values():
        interface = add(root, "interface")
        add(interface, "id", str(entry.id))
        add_flag(interface, "enabled", entry.enabled)
        add(interface, "name", entry.name)
        add(interface, "ip_address", entry.ip_address)
        add(interface, "netmask", entry.netmask)
    return Document(root)


def _change_interface(pbx: Pbx, request: ApiRequest) -> Reply:  # noqa: PLR0911 - a return per code
    form = request.body.block("interface")
    if form is None:
        return _INTERFACE(32)
    if form.lacks("id") or all(map(form.lacks, ("enabled", "ip_address", "netmask"))):
        return _INTERFACE(12)
    entry = pbx.config.draft.interfaces.get(_id(form.word("id")))
    if entry is None:
        return _INTERFACE(33)
    address = form.word("ip_address") or entry.ip_address
    if not _is_address(address):
        return _INTERFACE(34)
    netmask = form.word("netmask") or entry.netmask
    if not _is_netmask(netmask):
        return _INTERFACE(35)
    enabled = _flag(form, entry.enabled)
    protected = entry.name == PROTECTED_INTERFACE and enabled is False
    if enabled is None or protected or not pbx.stores:
        return _INTERFACE(36)
    changed = replace(entry, enabled=enabled, ip_address=address, netmask=netmask)
    pbx.config.edit().interfaces[entry.id] = changed
    return _INTERFACE(0)


def _dns(pbx: Pbx, _: ApiRequest) -> Reply:
    root = etree.Element("dns")
    add(root, "ip_address", pbx.config.draft.dns)
    return Document(root)


def _change_dns(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("dns")
    if form is None:
        return _DNS(37)
    if form.lacks("ip_address"):
        return _DNS(12)
    if not _is_address(form.word("ip_address")):
        return _DNS(38)
    if not pbx.stores:
        return _DNS(39)
    pbx.config.edit().dns = form.word("ip_address")
    return _DNS(0)


def _routes(pbx: Pbx, _: ApiRequest) -> Reply:
    root = etree.Element("routes")
    for entry in pbx.config.draft.routes.values():
        route = add(root, "route")
        add(route, "id", str(entry.id))
        add_flag(route, "enabled", entry.enabled)
        add(route, "destination", entry.destination)
        add(route, "gateway", entry.gateway)
    return Document(root)


def _add_route(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("route")
    if form is None:
        return _ROUTE_ADDED(40)
    if form.lacks("destination", "gateway"):
        return _ROUTE_ADDED(12)
    route = Route(pbx.new_id(), True, form.word("destination"), form.word("gateway"))
    if code := _invalid(pbx, route):
        return _ROUTE_ADDED(code)
    enabled = _flag(form, True)
    # There is one default gateway, and it stays the only one.
    if enabled is None or route.default or not pbx.stores:
        return _ROUTE_ADDED(44)
    pbx.config.edit().routes[route.id] = replace(route, enabled=enabled)
    return _ROUTE_ADDED(0)


def _change_route(pbx: Pbx, request: ApiRequest) -> Reply:  # noqa: PLR0911 - a return per code
    form = request.body.block("route")
    if form is None:
        return _ROUTE_CHANGED(40)
    values = ("enabled", "destination", "ip_address", "netmask", "gateway")
    if form.lacks("id") or all(map(form.lacks, values)):
        return _ROUTE_CHANGED(12)
    route = pbx.config.draft.routes.get(_id(form.word("id")))
    if route is None:
        return _ROUTE_CHANGED(45)
    changed = replace(
        route,
        destination=_destination(form, route.destination),
        gateway=form.word("gateway") or route.gateway,
    )
    if code := _invalid(pbx, changed):
        return _ROUTE_CHANGED(code)
    if route.default != changed.default:
        return _ROUTE_CHANGED(41)
    enabled = _flag(form, route.enabled)
    if enabled is None or (route.default and not enabled) or not pbx.stores:
        return _ROUTE_CHANGED(44)
    pbx.config.edit().routes[route.id] = replace(changed, enabled=enabled)
    return _ROUTE_CHANGED(0)


def _remove_route(pbx: Pbx, request: ApiRequest) -> Reply:
    route = pbx.config.draft.routes.get(_id(request.argument))
    if route is None:
        return _ROUTE_REMOVED(45)
    if route.default or not pbx.stores:
        return _ROUTE_REMOVED(46)
    del pbx.config.edit().routes[route.id]
    return _ROUTE_REMOVED(0)


def _invalid(pbx: Pbx, route: Route) -> int:
    """Return the code of what is wrong with a route, or 0."""
    match = _DESTINATION.fullmatch(route.destination)
    if match is None or not _is_address(match[1]) or int(match[2]) > _MAX_PREFIX:
        return 41
    if not _is_address(route.gateway):
        return 42
    gateway = ipaddress.IPv4Address(route.gateway)
    interfaces = pbx.config.draft.interfaces.values()
    return 0 if any(gateway in subnet for subnet in map(_subnet, interfaces) if subnet) else 43


def _subnet(interface: Interface) -> ipaddress.IPv4Network | None:
    if not interface.enabled or _DHCP in {interface.ip_address, interface.netmask}:
        return None
    return ipaddress.IPv4Network((interface.ip_address, interface.netmask), strict=False)


def _destination(form: Form, current: str) -> str:
    """Return the destination asked for; one that can't be is returned as it is, to be refused."""
    if not form.lacks("destination"):
        return form.word("destination")
    address, _, prefix = current.partition("/")
    netmask = form.word("netmask")
    if netmask:
        prefix = str(_prefix(netmask)) if _is_netmask(netmask) else netmask
    return f"{form.word('ip_address') or address}/{prefix}"


def _is_address(text: str) -> bool:
    if _ADDRESS.fullmatch(text) is None:
        return False
    return all(int(octet) <= 0xFF for octet in text.split("."))  # noqa: PLR2004 - an octet


def _is_netmask(text: str) -> bool:
    if not _is_address(text):
        return False
    host_bits = int(ipaddress.IPv4Address(text)) ^ 0xFFFFFFFF
    return host_bits & (host_bits + 1) == 0


def _prefix(netmask: str) -> int:
    return int(ipaddress.IPv4Address(netmask)).bit_count()


def _flag(form: Form, default: bool) -> bool | None:
    try:
        return form.flag("enabled", default)
    except InvalidValueError:
        return None


def _id(text: str) -> int:
    value = number(text)
    return -1 if value is None else value


NETWORK_ROUTES = [
    EmulatedRoute("POST", "/system/network/interfaces", _interfaces, license_exempt=True),
    EmulatedRoute("PUT", "/system/network/interfaces", _change_interface, license_exempt=True),
    EmulatedRoute("GET", "/system/network/dns", _dns, license_exempt=True),
    EmulatedRoute("PUT", "/system/network/dns", _change_dns, license_exempt=True),
    EmulatedRoute("GET", "/system/network/routes", _routes, license_exempt=True),
    EmulatedRoute("POST", "/system/network/routes", _add_route, license_exempt=True),
    EmulatedRoute("PUT", "/system/network/routes", _change_route, license_exempt=True),
    EmulatedRoute("DELETE", "/system/network/routes/<id>", _remove_route, license_exempt=True),
]
