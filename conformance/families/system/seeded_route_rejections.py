"""Seeded into /system/network/routes: what is rejected, and the default route."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.emulator.altering import code_of, edited, intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.mistakes import ROUTES, accepting, defect, despite, setting
from conformance.emulator.model import Route
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect
from conformance.families.system.seeded_network import (
    OUTSIDE,
    filling,
    replacing,
    unchecked_addresses,
)
from conformance.families.system.seeded_routes import asked_route

POST, PUT = "POST /system/network/routes", "PUT /system/network/routes"
DELETE = "DELETE /system/network/routes/<id>"

GATEWAY = "192.168.23.254"
_GOOD = "203.0.113.0/24"
UNCHECKED: tuple[tuple[str, str, str, int, str, str], ...] = (
    ("prefix-33", "prefix over 32", r"[\d.]+/\d+", 41, "destination", _GOOD),
    ("prefix-missing", "destination without prefix", r"[\d.]+", 41, "destination", _GOOD),
    ("word-for-destination", "word for it", r"[A-Za-z].*", 41, "destination", _GOOD),
    ("gateway-outside", "gateway of no local subnet", r"[\d.]+", 43, "gateway", GATEWAY),
)
"""End of the id, what is accepted, how it looks, the code due, the field, what is right."""


def _store(pbx: Pbx, request: ApiRequest) -> None:
    form = request.body.block("route") or Form.empty()
    key = pbx.new_id()
    destination = form.word("destination") or _GOOD
    pbx.config.edit().routes[key] = Route(key, True, destination, form.word("gateway") or OUTSIDE)


def _overwrite(pbx: Pbx, request: ApiRequest) -> None:
    route = pbx.config.draft.routes[asked_route(pbx, request)]
    changed = replace(route, gateway=OUTSIDE, enabled=False)
    pbx.config.edit().routes[route.id] = changed


def _drop(pbx: Pbx, request: ApiRequest) -> None:
    pbx.config.edit().routes.pop(asked_route(pbx, request))


def _obeying(path: str, text: str) -> Callable[[Pbx, ApiRequest, Answer], Reply]:
    """The default route is no exception to a change of this field."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        asked = request.body.element.findtext(path, "").strip()
        route = pbx.config.draft.routes.get(asked_route(pbx, request))
        if code_of(reply) in {41, 44} and asked and route is not None and route.default:
            reply = proceed(edited(request, lambda body: setting(body, path, text)))
            tag = path.rpartition("/")[2]
            value: Any = False if tag == "enabled" else _GOOD
            tag = "enabled" if tag == "enabled" else "destination"
            ROUTES.put(pbx, route.id, replace(route, **{tag: value}))
        return reply

    return intercept


def rejections() -> Iterator[Defect]:
    """A rejected request changes something, or one is accepted that should be rejected."""
    for endpoint, codes, word, change in (
        (POST, (12, 40, 41, 42, 43, 44), "adds a route", _store),
        (PUT, (12, 40, 41, 42, 43, 44, 45), "changes a route", _overwrite),
        (DELETE, (45, 46), "removes a route", _drop),
    ):
        for code in codes:
            yield defect(
                endpoint,
                f"code-{code}-{word.partition(' ')[0]}",
                "rejected",
                f"answers {code} and {word}",
                despite(endpoint, code, change),
                oracle="model",
            )
    for endpoint in (POST, PUT):
        yield from unchecked_addresses(endpoint, 42, "route/gateway", GATEWAY)
        # PUT names the destination by address and netmask.
        for name, title, pattern, code, tag, good in UNCHECKED[0 if endpoint == POST else -1 :]:
            yield defect(
                endpoint,
                f"{name}-accepted",
                "rejected",
                f"accepts a {title}",
                accepting(endpoint, code, partial(replacing, f"route/{tag}", pattern, good)),
                oracle="code",
            )
    yield from unchecked_addresses(PUT, 41, "route/ip_address", _GOOD.partition("/")[0])
    for tag in ("destination", "gateway"):
        good = {"destination": _GOOD, "gateway": GATEWAY}[tag]
        title = f"accepts a route without {tag}"
        alteration = accepting(POST, 12, partial(filling, f"route/{tag}", good))
        yield defect(POST, f"{tag}-missing-accepted", "rejected", title, alteration, oracle="code")
    title = "takes a change without id for one of the last route"
    alteration = intercepting(PUT, by=_of_last)
    yield defect(PUT, "id-missing-accepted", "rejected", title, alteration, oracle="code")


def _of_last(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    route = request.body.block("route")
    if route is None or not route.lacks("id"):
        return proceed(request)
    key = list(pbx.config.draft.routes)[-1]
    return proceed(edited(request, lambda body: setting(body, "route/id", str(key))))


def default_route() -> Iterator[Defect]:
    """The default route is disabled, redirected or removed."""
    for name, path, text in (
        ("default-disabled", "route/enabled", "true"),
        ("default-readdressed", "route/ip_address", "0.0.0.0"),  # noqa: S104 - the default route's
    ):
        title = f"the default route is {name.partition('-')[2]} by a request that says so"
        alteration = intercepting(PUT, by=_obeying(path, text))
        yield defect(PUT, name, "rejected", title, alteration)
    title = "removes the default route"
    yield defect(DELETE, "default-removed", "rejected", title, intercepting(DELETE, by=_removing))


def _removing(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    routes = {str(key): route for key, route in pbx.config.draft.routes.items()}
    route = routes.get(request.argument)
    if route is not None and route.default:
        ROUTES.put(pbx, route.id, replace(route, destination=_GOOD))
    return proceed(request)


def route_rejection_defects() -> list[Defect]:
    """Everything of this module."""
    return [*rejections(), *default_route()]
