"""The request_id of an answer: lost, changed, of another request (clause Request_id)."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import TYPE_CHECKING

from conformance import catalogue
from conformance.detection.places import places
from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import name_of
from conformance.emulator.document import add
from conformance.emulator.seeded import Defect
from conformance.schema.store import message_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.catalogue import Endpoint
    from conformance.emulator.routing import ApiRequest

    Holds = Callable[[ApiRequest, Element], bool]
    Edit = Callable[[Element], None]

__all__ = ["envelope_defects"]

CLAUSE, TAG = "Request_id", "request_id"
LONGEST = 8
# Long enough for requests sent at the same time to meet.
_OVERLAP_S = 0.01


def envelope_defects() -> Iterator[Defect]:
    """What is wrong with the id on one endpoint, on some answers, and among several clients."""
    for end in catalogue.load().endpoints.values():
        yield from _of_endpoint(end)
    for name, (title, edit) in _EDITS.items():
        yield _defect(f"api.request-id.{name}", title, _shaped(lambda *_: True, edit))
    for name, (title, holds) in _SOMETIMES.items():
        yield _defect(f"api.request-id.lost-{name}", title, _shaped(holds, _drop))
    yield from _of_several_requests()


def _of_endpoint(end: Endpoint) -> Iterator[Defect]:
    def is_it(request: ApiRequest) -> bool:
        return name_of(request) == end.name

    def succeeds(request: ApiRequest, root: Element) -> bool:
        return is_it(request) and not _refused(root)

    def fails(request: ApiRequest, root: Element) -> bool:
        return is_it(request) and _refused(root)

    stem, near = f"{end.slug}.request-id", (f"{end.slug}.*",)
    if _shows_success(end):
        title = "request_id is lost where the request succeeds"
        yield _defect(f"{stem}.lost-on-success", title, _shaped(succeeds, _drop), near)
    if end.codes:
        title = "request_id is lost where the request is rejected"
        yield _defect(f"{stem}.lost-on-refusal", title, _shaped(fails, _drop), near)


def _shows_success(end: Endpoint) -> bool:
    """Whether an answer in XML can be a success: that of a backup is a stream."""
    schema = end.schema("response", catalogue.API_VERSIONS[-1])
    blocks = {"error", "error_code"}
    shown = [
        place.path[1] for place in places(message_schema(str(schema)).model) if place.depth > 1
    ]
    return end.code(0) is not None or not set(shown) or bool(set(shown) - blocks)


def _refused(root: Element) -> bool:
    codes = [block.findtext("code") for block in root.iter("error", "error_code")]
    return bool(codes) and codes[0] != "0"


def _defect(
    name: str, title: str, alteration: Alteration, near: tuple[str, ...] = ("api.request-id.*",)
) -> Defect:
    return Defect(
        id=name,
        kind="request-id",
        title=title,
        clause=CLAUSE,
        near=near,
        oracle="request-id",
        alteration=alteration,
    )


def _shaped(holds: Holds, edit: Edit) -> Alteration:
    def shape(request: ApiRequest, root: Element) -> None:
        element = root.find(TAG)
        if element is not None and element.text and holds(request, root):
            edit(element)

    return Alteration(shape=shape)


def _drop(element: Element) -> None:
    _above(element).remove(element)


def _empty(element: Element) -> None:
    element.text = None


def _above(element: Element) -> Element:
    found = element.getparent()
    assert found is not None, "a request_id stands below the root"  # noqa: S101
    return found


def _inside(element: Element) -> None:
    _above(element)[-1].append(element)


def _as_attribute(element: Element) -> None:
    above = _above(element)
    above.set(TAG, element.text or "")
    above.remove(element)


def _rename(element: Element) -> None:
    element.tag = "requestid"


def _rewriting(change: Callable[[str], str]) -> Edit:
    def edit(element: Element) -> None:
        element.text = change(element.text or "")

    return edit


_EDITS: dict[str, tuple[str, Edit]] = {
    "dropped": ("request_id never comes back", _drop),
    "emptied": ("request_id comes back empty", _empty),
    "lower-case": ("request_id comes back in lower case", _rewriting(str.lower)),
    "upper-case": ("request_id comes back in upper case", _rewriting(str.upper)),
    "as-number": (
        "a request_id of digits comes back as a number, without its leading zeros",
        _rewriting(lambda text: str(int(text)) if text.isdigit() else text),
    ),
    "numbers-alone": (
        "a request_id that is no number comes back as 0",
        _rewriting(lambda text: text if text.isdigit() else "0"),
    ),
    "without-digits": (
        "the digits of a request_id are lost",
        _rewriting(lambda text: "".join(c for c in text if not c.isdigit()) or text),
    ),
    "truncated": (f"request_id is cut to {LONGEST} characters", _rewriting(lambda t: t[:LONGEST])),
    "cut-to-32": ("request_id is cut to 32 characters", _rewriting(lambda text: text[:32])),
    "cut-by-one": ("the last character of a request_id is lost", _rewriting(lambda t: t[:-1])),
    "quoted": ("request_id comes back in quotes", _rewriting('"{}"'.format)),
    "padded": ("request_id comes back with a blank", _rewriting("{} ".format)),
    "on-a-line-of-its-own": ("request_id comes back on its own line", _rewriting("\n{}\n".format)),
    "reversed": ("request_id comes back from right to left", _rewriting(lambda text: text[::-1])),
    "doubled": ("request_id stands twice", lambda element: element.addnext(deepcopy(element))),
    "inside": ("request_id stands inside the container", _inside),
    "as-attribute": ("request_id is an attribute of kpbx_response", _as_attribute),
    "renamed": ("request_id is called requestid", _rename),
}

_SOMETIMES: dict[str, tuple[str, Holds]] = {
    "by-get": ("requests by GET lose their request_id", lambda r, _: r.route.method == "GET"),
    "by-post": ("requests by POST lose their request_id", lambda r, _: r.route.method == "POST"),
    "by-put": ("requests by PUT lose their request_id", lambda r, _: r.route.method == "PUT"),
    "by-delete": (
        "requests by DELETE lose their request_id",
        lambda r, _: r.route.method == "DELETE",
    ),
    "on-refusal": ("rejected requests lose their request_id", lambda _, root: _refused(root)),
    "at-the-gate": (
        "the licence gate loses the request_id",
        lambda _, root: root.find("request_not_allowed") is not None,
    ),
    "on-long-answers": (
        "answers of many records lose the request_id",
        lambda _, root: len(root[-1]) > 20,  # noqa: PLR2004 - about a screen
    ),
    "if-long": (
        "a request_id of more than 16 characters is lost",
        lambda r, _: len(r.request_id or "") > 16,  # noqa: PLR2004 - a column's width
    ),
    "if-zero": (
        "a request_id that begins with 0 is lost",
        lambda r, _: (r.request_id or "").startswith("0"),
    ),
}


class _Memory:
    """What a PBX remembers of earlier requests, and of those that are under way."""

    def __init__(self) -> None:
        self.last = ""
        self.seen: set[str] = set()
        self.under_way = 0

    def remember(self, request: ApiRequest) -> None:
        self.last = request.request_id or self.last
        self.seen.add(self.last)

    def meeting(self, app: ASGIApp) -> ASGIApp:
        """Let each request wait until others may have come."""

        async def met(scope: Scope, receive: Receive, send: Send) -> None:
            self.under_way += 1
            try:
                await asyncio.sleep(_OVERLAP_S)
                await app(scope, receive, send)
            finally:
                self.under_way -= 1

        return met


def _of_several_requests() -> Iterator[Defect]:
    yield _defect("api.request-id.unasked", "a request without request_id is answered with "
                  "that of an earlier one", _unasked(""))  # fmt: skip
    for method in ("GET", "POST"):
        title = f"a {method} without request_id is answered with that of an earlier request"
        yield _defect(f"api.request-id.unasked-{method.lower()}", title, _unasked(method))
    yield _defect("api.request-id.unique", "a request_id that comes again is lost", _once())
    yield _defect("api.request-id.previous", "every other answer has the request_id of the one "
                  "before", _previous())  # fmt: skip
    yield _defect("api.request-id.mixed-up", "answers to simultaneous requests have each other's "
                  "request_id", _concurrent(lose=False))  # fmt: skip
    yield _defect("api.request-id.lost-in-the-crowd", "of simultaneous requests some lose their "
                  "request_id", _concurrent(lose=True))  # fmt: skip


def _unasked(method: str) -> Alteration:
    memory = _Memory()

    def shape(request: ApiRequest, root: Element) -> None:
        if request.request_id is None and memory.last and method in {"", request.route.method}:
            root.insert(0, add(root, TAG, memory.last))
        memory.remember(request)

    return Alteration(shape=shape)


def _once() -> Alteration:
    memory = _Memory()

    def shape(request: ApiRequest, root: Element) -> None:
        element = root.find(TAG)
        if element is not None and request.request_id in memory.seen:
            _drop(element)
        memory.remember(request)

    return Alteration(shape=shape)


def _previous() -> Alteration:
    memory = _Memory()

    def shape(request: ApiRequest, root: Element) -> None:
        element, before = root.find(TAG), memory.last
        memory.under_way = 1 - memory.under_way
        memory.remember(request)
        if element is not None and before and memory.under_way:
            element.text = before

    return Alteration(shape=shape)


def _concurrent(*, lose: bool) -> Alteration:
    memory = _Memory()

    def shape(request: ApiRequest, root: Element) -> None:
        element, before = root.find(TAG), memory.last
        memory.remember(request)
        if element is not None and before and memory.under_way > 1:
            if lose:
                _drop(element)
            else:
                element.text = before

    return Alteration(shape=shape, wrap=memory.meeting)
