"""The words in which alterations are written: where they hold, what they may touch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element
from starlette.responses import Response

from conformance.emulator.alteration import Alteration
from conformance.emulator.dispatch import Answer, Interceptor, gate
from conformance.emulator.document import Form, add
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Outcome, Records, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

__all__ = [
    "code_of",
    "edited",
    "handling",
    "intercepting",
    "name_of",
    "rerouting",
    "responding",
    "restorer",
    "shaping",
    "undone",
    "unless_rejected",
    "whole",
]


def name_of(request: ApiRequest) -> str:
    """Return the guide's heading of the endpoint that was asked: `GET /users/brief/`."""
    return f"{request.route.method} {request.route.path}"


def _holds(endpoints: tuple[str, ...], request: ApiRequest) -> bool:
    return not endpoints or name_of(request) in endpoints


def intercepting(*endpoints: str, by: Interceptor) -> Alteration:
    """Return an alteration around the handlers of these endpoints, or of all."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        return by(pbx, request, proceed) if _holds(endpoints, request) else proceed(request)

    return Alteration(intercept=intercept)


def handling(*endpoints: str, by: Interceptor) -> Alteration:
    """Return an alteration around the handlers that holds where the licence gate lets pass."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        return by(pbx, request, proceed) if gate(pbx, request) is None else proceed(request)

    return intercepting(*endpoints, by=intercept)


def shaping(*endpoints: str, by: Callable[[Element], None]) -> Alteration:
    """Return an alteration of the XML answers (their root) of these endpoints, or of all."""

    def shape(request: ApiRequest, root: Element) -> None:
        if _holds(endpoints, request):
            by(root)

    return Alteration(shape=shape)


def responding(*endpoints: str, by: Callable[[Response], Response]) -> Alteration:
    """Return an alteration of the HTTP responses of these endpoints, or of all.

    Answers to requests that never reached the API (401, 404) stay as they are.
    """

    def respond(request: ApiRequest | None, response: Response) -> Response:
        return by(response) if request and _holds(endpoints, request) else response

    return Alteration(respond=respond)


def rerouting(endpoint: str, by: Callable[[EmulatedRoute], EmulatedRoute | None]) -> Alteration:
    """Return an alteration that replaces one endpoint, or takes it away."""

    def reroute(routes: "tuple[EmulatedRoute, ...]") -> "tuple[EmulatedRoute, ...]":
        found = (by(r) if f"{r.method} {r.path}" == endpoint else r for r in routes)
        return tuple(route for route in found if route is not None)

    return Alteration(routes=lambda routes: reroute(tuple(routes)))


def edited(request: ApiRequest, change: Callable[[Element], None]) -> ApiRequest:
    """Return a request whose body (the `kpbx_request` element) a function has changed."""
    body = deepcopy(request.body.element)
    change(body)
    return replace(request, body=Form(body))


def whole(reply: Reply) -> Reply:
    """Return the reply as a document with all its records in place; other replies as they are."""
    if isinstance(reply, Records):
        return reply.document()
    if isinstance(reply, Outcome):
        container = etree.Element(reply.container)
        block = add(container, reply.block)
        add(block, "code", str(reply.code))
        add(block, "message", reply.message)
        return Document(container, reply.code, last=reply.last)
    return reply


def code_of(reply: Reply) -> int | None:
    """Return the application code of a reply, if it has one."""
    return reply.code if isinstance(reply, Document | Outcome | Records) else None


def unless_rejected(change: Callable[[Pbx, ApiRequest], None]) -> Interceptor:
    """Return an interceptor that changes the state after each request answered with code 0."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if code_of(reply) == 0:
            change(pbx, request)
        return reply

    return intercept


def restorer(pbx: Pbx) -> Callable[[], None]:
    """Return what puts configuration, pending flag and phonebook back as they are now."""
    config, contacts = pbx.config, list(pbx.phonebook)
    running, draft, pending = config.running.copy(), config.draft.copy(), config.pending

    def restore() -> None:
        config.running, config.draft, config.pending = running.copy(), draft.copy(), pending
        for contact in list(pbx.phonebook):
            pbx.phonebook.remove(contact.id)
        for contact in contacts:
            pbx.phonebook.put(contact)

    return restore


@contextmanager
def undone(pbx: Pbx) -> Iterator[None]:
    """Undo what happens to the configuration and the phonebook within the block."""
    restore = restorer(pbx)
    try:
        yield
    finally:
        restore()
