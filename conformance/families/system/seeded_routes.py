"""Seeded into /system/network: DNS and routes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting, shaping
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.mistaken_objects import (
    Choose,
    doubled,
    left_in,
    preceding,
    removing_instead,
    removing_too,
)
from conformance.emulator.mistakes import (
    ROUTES,
    Change,
    Rewrite,
    accepting,
    also,
    defect,
    despite,
    fixing,
    ineffective,
    listing,
    losing,
    rewriting,
    showing,
    turning,
)
from conformance.emulator.model import Route
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect
from conformance.families.system.seeded_network import (
    OUTSIDE,
    filling,
    same_ids,
    unchecked_addresses,
)

DNS, PUT_DNS = "GET /system/network/dns", "PUT /system/network/dns"
LIST, POST = "GET /system/network/routes", "POST /system/network/routes"
PUT, DELETE = "PUT /system/network/routes", "DELETE /system/network/routes/<id>"

_BLANK = Route(0, True, "203.0.113.0/24", "192.168.23.2")


def _dns(by: Callable[[str, str], str]) -> Alteration:
    """Another address is stored: told of the former one and of the one that was sent."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        former = pbx.config.draft.dns
        reply = proceed(request)
        if code_of(reply) == 0:
            pbx.config.draft.dns = by(former, pbx.config.draft.dns)
        return reply

    return intercepting(PUT_DNS, by=intercept)


def _ending_in_0(address: str) -> str:
    return f"{address.rpartition('.')[0]}.0"


def _backwards(address: str) -> str:
    return ".".join(address.split(".")[::-1])


def _store_dns(pbx: Pbx, request: ApiRequest) -> None:
    form = request.body.block("dns") or Form.empty()
    sent = form.word("ip_address")
    pbx.config.edit().dns = sent if sent.count(".") == 3 else OUTSIDE  # noqa: PLR2004 - octets


def _disable_last(pbx: Pbx, _: ApiRequest) -> None:
    route = list(pbx.config.draft.routes.values())[-1]
    pbx.config.edit().routes[route.id] = replace(route, enabled=not route.enabled)


def _disable_first(pbx: Pbx, _: ApiRequest) -> None:
    entry = list(pbx.config.draft.interfaces.values())[-1]
    pbx.config.edit().interfaces[entry.id] = replace(entry, enabled=not entry.enabled)


def _change_dns(pbx: Pbx, _: ApiRequest) -> None:
    pbx.config.edit().dns = OUTSIDE


def dns() -> Iterator[Defect]:
    """The DNS address is not what was sent, or was not to be changed."""
    for name, title, by in (
        ("not-stored", "does not store the address", lambda old, _: old),
        (
            "last-octet-lost",
            "stores 0 for the last octet",
            lambda _, new: _ending_in_0(new),
        ),
        (
            "octets-reversed",
            "stores the octets backwards",
            lambda _, new: _backwards(new),
        ),
    ):
        yield defect(PUT_DNS, name, "write", title, _dns(by), oracle="model")
    for name, title, change in (
        ("changes-routes", "disables the last route as well", _disable_last),
        ("changes-interfaces", "switches an interface as well", _disable_first),
    ):
        yield defect(PUT_DNS, name, "write", title, also(PUT_DNS, by=change), oracle="model")
    yield from unchecked_addresses(PUT_DNS, 38, "dns/ip_address", OUTSIDE)
    for code in (12, 37, 38, 39):
        title = f"answers {code} and changes the address"
        alteration = despite(PUT_DNS, code, _store_dns)
        yield defect(PUT_DNS, f"code-{code}-stores", "rejected", title, alteration, oracle="model")
    yield defect(
        PUT_DNS,
        "address-missing-accepted",
        "rejected",
        "accepts a request without an address",
        accepting(PUT_DNS, 12, partial(filling, "dns/ip_address", OUTSIDE)),
        oracle="code",
    )
    title = "always shows the same address"
    yield defect(DNS, "stuck", "read", title, _remembered(), near=("system.network.dns.put.*",))


def _remembered() -> Alteration:
    shown: list[str] = []

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        current = pbx.config.draft.dns
        shown.append(current)
        pbx.config.draft.dns = shown[0]
        reply = proceed(request)
        pbx.config.draft.dns = current
        return reply

    return intercepting(DNS, by=intercept)


def _write(endpoint: str, name: str, title: str, by: Rewrite) -> Defect:
    alteration = rewriting(endpoint, ROUTES, by, "route")
    return defect(endpoint, name, "write", title, alteration, oracle="model")


def _host(destination: str) -> str:
    return f"{destination.partition('/')[0]}/32"


WRITTEN: tuple[tuple[str, str, Rewrite], ...] = (
    ("enabled-not-stored", "does not store the state", losing("enabled", _BLANK)),
    ("destination-not-stored", "does not store the destination", losing("destination", _BLANK)),
    ("gateway-not-stored", "does not store the gateway", losing("gateway", _BLANK)),
    ("always-disabled", "stores a route as disabled", fixing("enabled", False)),
    ("prefix-lost", "stores /32 for any prefix", turning(_host, "destination")),
    (
        "gateway-wrong",
        "stores 1 for the last octet of the gateway",
        turning(lambda text: f"{text.rpartition('.')[0]}.1", "gateway"),
    ),
)
"""End of the id, what happens, and how."""


def asked_route(pbx: Pbx, request: ApiRequest) -> Any:
    """Return the id of the route that a request names, or of the newest."""
    routes = {str(key): key for key in pbx.config.draft.routes}
    word = (request.body.element.findtext("route/id") or request.argument).strip()
    return routes.get(word) or list(pbx.config.draft.routes)[-1]


def _others(change: Callable[[Pbx, Route], None]) -> Change:
    def apply(pbx: Pbx, request: ApiRequest) -> None:
        asked = asked_route(pbx, request)
        for key, route in ROUTES.read(pbx).items():
            if key != asked and not route.default:
                change(pbx, route)
                return

    return apply


def _disable(pbx: Pbx, route: Route) -> None:
    ROUTES.put(pbx, route.id, replace(route, enabled=not route.enabled))


def _remove(pbx: Pbx, route: Route) -> None:
    ROUTES.remove(pbx, route.id)


def _double(pbx: Pbx, request: ApiRequest) -> None:
    route = pbx.config.draft.routes[asked_route(pbx, request)]
    ROUTES.put(pbx, copy := pbx.new_id(), replace(route, id=copy))


def _renumber(pbx: Pbx, request: ApiRequest) -> None:
    route = pbx.config.draft.routes[asked_route(pbx, request)]
    _double(pbx, request)
    ROUTES.remove(pbx, route.id)


def written() -> Iterator[Defect]:
    """A route is not stored as sent, or another one is concerned."""
    for endpoint in (POST, PUT):
        for name, title, by in WRITTEN:
            yield _write(endpoint, name, title, by)
        yield defect(
            endpoint,
            "does-nothing",
            "write",
            "answers Success and stores nothing",
            ineffective(endpoint),
            oracle="model",
        )
        for name, title, change in (
            ("disables-another", "switches another route as well", _others(_disable)),
            ("removes-another", "removes another route as well", _others(_remove)),
            ("changes-dns", "changes the DNS address as well", _change_dns),
            ("changes-interfaces", "switches an interface as well", _disable_first),
            ("doubled", "adds the route once more", _double),
        ):
            alteration = also(endpoint, by=change)
            yield defect(endpoint, name, "write", title, alteration, oracle="model")
    yield defect(PUT, "new-id", "write", "gives a changed route a new id", also(PUT, by=_renumber))
    rows = (
        ("does-nothing", "answers Success and removes nothing", ineffective(DELETE)),
        ("removes-another", "removes the one before", _instead(_spared)),
        ("removes-the-one-before-too", "removes the one before too", _too(preceding)),
        ("removes-the-last-too", "removes the last one too", _too(_before_last)),
        ("changes-dns", "changes the DNS address as well", also(DELETE, by=_change_dns)),
        ("changes-interfaces", "switches an interface as well", also(DELETE, by=_disable_first)),
        ("stays-in-list", "leaves it in the list", left_in(DELETE, LIST, ROUTES)),
    )
    for name, title, alteration in rows:
        yield defect(DELETE, name, "write", title, alteration, oracle="model")


def _spared(ids: list[str], asked: str) -> str:
    # What is asked of the first one, the default route, has its own defects.
    return asked if asked == ids[0] else preceding(ids, asked)


def _instead(choose: Choose) -> Alteration:
    return removing_instead(DELETE, ROUTES, choose)


def _too(choose: Choose) -> Alteration:
    return removing_too(DELETE, ROUTES, choose)


def _before_last(ids: list[str], asked: str) -> str:
    return next(one for one in reversed(ids) if one != asked)


def views() -> Iterator[Defect]:
    """The list of routes is not what there is."""
    path, near = "routes/route", ("system.network.routes.*",)

    def but_disabled(records: list[Element]) -> Iterable[Element]:
        return [one for one in records if one.findtext("enabled") == "true"]

    for name, title, alteration in (
        ("first-twice", "shows the first route twice", listing(LIST, path, doubled)),
        ("last-missing", "leaves out the last route", listing(LIST, path, lambda rows: rows[:-1])),
        ("disabled-missing", "leaves out disabled routes", listing(LIST, path, but_disabled)),
        ("ids-shared", "gives two routes one id", shaping(LIST, by=same_ids)),
        (
            "always-enabled",
            "shows every route as enabled",
            _all_enabled(),
        ),
    ):
        yield defect(LIST, name, "read", title, alteration, near=near)


def _all_enabled() -> Alteration:
    return showing(LIST, "enabled", lambda _: "true")


def route_defects() -> list[Defect]:
    """Everything of this module."""
    return [*dns(), *written(), *views()]
