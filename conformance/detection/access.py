"""Who is let in: authentication and the licence gate, missing or wrong."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from conformance import catalogue
from conformance.emulator.access import Access, md5
from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import intercepting, rerouting, shaping
from conformance.emulator.document import add
from conformance.emulator.licence import LicenceStatus
from conformance.emulator.replies import Document
from conformance.emulator.routing import EmulatedRoute, Router
from conformance.emulator.seeded import Defect
from conformance.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.catalogue import Endpoint
    from conformance.emulator.dispatch import Answer
    from conformance.emulator.pbx import Pbx
    from conformance.emulator.replies import Reply
    from conformance.emulator.routing import ApiRequest

    Test = Callable[[str, str], bool]

__all__ = ["access_defects"]

CLAUSE, LICENCE = "Introduction", catalogue.LICENSE_CLAUSE
GATE = "request_not_allowed"
UNAUTHORIZED = 401
NEAR, GATES = ("api.authentication.*",), ("api.license.*", "*.license")


def access_defects() -> Iterator[Defect]:
    """What lets in whom it should not, on each endpoint and everywhere; and what gates wrongly."""
    for end in catalogue.load().endpoints.values():
        yield from _of_endpoint(end)
    for name, (title, admits) in _PASSWORDS.items():
        yield _defect(f"api.authentication.{name}", "access", title, _admitting(admits), NEAR)
    for name, (title, respond) in _CHALLENGES.items():
        yield _defect(f"api.authentication.{name}", "access", title, respond, NEAR)
    for name, (title, edit) in _GATES.items():
        alteration = shaping(by=_gate_alone(edit))
        yield _defect(f"api.license.{name}", "licence", title, alteration, GATES)


def _defect(
    name: str, kind: str, title: str, alteration: Alteration, near: tuple[str, ...]
) -> Defect:
    clause = CLAUSE if kind == "access" else LICENCE
    return Defect(id=name, kind=kind, title=title, clause=clause, near=near, alteration=alteration)


def _of_endpoint(end: Endpoint) -> Iterator[Defect]:
    stem = f"{end.slug}.authentication"
    yield _defect(
        f"{stem}.not-asked", "access", "answers without credentials",
        Alteration(wrap=_letting_in(end, missing=True)), (stem,),
    )  # fmt: skip
    yield _defect(
        f"{stem}.not-compared", "access", "answers with any credentials",
        Alteration(wrap=_letting_in(end, missing=False)), (stem,),
    )  # fmt: skip
    stem, near = f"{end.slug}.license", (f"{end.slug}.license",)
    wrong = "gated, though it is exempt" if end.license_exempt else "never gated by the licence"
    yield _defect(f"{stem}.reversed", "licence", wrong, rerouting(end.name, _reversed), near)
    if not end.license_exempt:
        title = "gated by a licence that is missing, but not by one that has expired"
        alteration = intercepting(end.name, by=_past_the_gate(LicenceStatus.EXPIRED))
        yield _defect(f"{stem}.expired-passes", "licence", title, alteration, near)


def _reversed(route: EmulatedRoute) -> EmulatedRoute:
    return replace(route, license_exempt=not route.license_exempt)


def _past_the_gate(status: LicenceStatus) -> Callable[[Pbx, ApiRequest, Answer], Reply]:
    def answer(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        if pbx.licence.status is status:
            return request.route.handler(pbx, request)
        return proceed(request)

    return answer


def _letting_in(end: Endpoint, *, missing: bool) -> Callable[[ASGIApp], ASGIApp]:
    """Put the right credentials into requests to an endpoint that have none, or wrong ones."""
    known = EmulatorSettings()
    token = base64.b64encode(f"{known.username}:{md5(known.password)}".encode())
    right = (b"authorization", b"Basic " + token)
    router = Router([EmulatedRoute(end.method, end.path, lambda *_: Document(etree.Element("x")))])

    def wrap(app: ASGIApp) -> ASGIApp:
        async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope["raw_path"].decode("ascii", "backslashreplace").removeprefix("/rest")
            given = [header for header in scope["headers"] if header[0] == b"authorization"]
            if scope["method"] in router.find(path)[0] and bool(given) is not missing:
                others = [header for header in scope["headers"] if header not in given]
                scope = {**scope, "headers": [*others, right]}
            await app(scope, receive, send)

        return let_in

    return wrap


class _Lenient(Access):
    """Credentials compared in another way."""

    def __init__(self, known: EmulatorSettings, admits: Test) -> None:
        super().__init__(known.username, known.password, known.privacy_password)
        self._test = admits

    def admits(self, authorization: str | None) -> bool:
        """Say whether an Authorization header passes the test."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        name, _, password = base64.b64decode(token).decode("utf-8", "replace").partition(":")
        return self._test(name, password)


def _admitting(admits: Test) -> Alteration:
    def prepare(pbx: Pbx) -> None:
        pbx.access = _Lenient(pbx.settings, admits)

    return Alteration(prepare=prepare)


_KNOWN = EmulatorSettings()
_NAME, _RIGHT = _KNOWN.username, md5(_KNOWN.password)

_PASSWORDS: dict[str, tuple[str, Test]] = {
    "plain-password": (
        "the plain password is accepted beside its md5",
        lambda name, password: name == _NAME and password in {_RIGHT, _KNOWN.password},
    ),
    "any-password": ("any password is accepted", lambda name, _: name == _NAME),
    "any-user": ("any user name is accepted", lambda _, password: password == _RIGHT),
    "empty-user": (
        "no user name is accepted as well",
        lambda name, password: name in {_NAME, ""} and password == _RIGHT,
    ),
    "user-by-prefix": (
        "a user name that begins with the right one is accepted",
        lambda name, password: name.startswith(_NAME) and password == _RIGHT,
    ),
    "beginning-of-password": (
        "a password that begins with the right one is accepted",
        lambda name, password: name == _NAME and password.startswith(_RIGHT),
    ),
    "prefix-of-password": (
        "a beginning of the right password is accepted",
        lambda name, password: name == _NAME and bool(password) and _RIGHT.startswith(password),
    ),
    "empty-password": (
        "an empty password is accepted",
        lambda name, password: name == _NAME and password in {_RIGHT, ""},
    ),
    "thirty-one-characters": (
        "the last character of a password is not compared",
        lambda name, password: name == _NAME and password[:31] == _RIGHT[:31],
    ),
    "same-length": (
        "any password of the right length is accepted",
        lambda name, password: name == _NAME and len(password) == len(_RIGHT),
    ),
}


def _refusal(change: Callable[[Response], None]) -> Alteration:
    def respond(_: ApiRequest | None, response: Response) -> Response:
        if response.status_code == UNAUTHORIZED:
            change(response)
        return response

    return Alteration(respond=respond)


def _status(number: int) -> Callable[[Response], None]:
    def change(response: Response) -> None:
        response.status_code = number

    return change


def _challenge(text: str) -> Callable[[Response], None]:
    def change(response: Response) -> None:
        del response.headers["www-authenticate"]
        if text:
            response.headers["WWW-Authenticate"] = text

    return change


_CHALLENGES: dict[str, tuple[str, Alteration]] = {
    "status-403": ("403 instead of 401", _refusal(_status(403))),
    "status-400": ("400 instead of 401", _refusal(_status(400))),
    "status-200": ("a refusal is HTTP 200", _refusal(_status(200))),
    "status-500": ("500 instead of 401", _refusal(_status(500))),
    "no-challenge": ("401 without a challenge", _refusal(_challenge(""))),
    "no-realm": ("a Basic challenge without a realm", _refusal(_challenge("Basic"))),
    "digest": (
        "a challenge of another scheme",
        _refusal(_challenge('Digest realm="KalliopePBX", nonce="dcd98b7102dd2f0e"')),
    ),
    "bearer": ("a challenge for a token", _refusal(_challenge('Bearer realm="KalliopePBX"'))),
}


def _gate_alone(edit: Callable[[Element], None]) -> Callable[[Element], None]:
    def shape(root: Element) -> None:
        gate = root.find(GATE)
        if gate is not None:
            edit(gate)

    return shape


def _above(gate: Element) -> Element:
    found = gate.getparent()
    assert found is not None, "the gate stands below the root"  # noqa: S101
    return found


def _bare(gate: Element) -> None:
    above = _above(gate)
    above.extend(list(gate))
    above.remove(gate)


def _beside(gate: Element) -> None:
    add(_above(gate), "users")


def _without(tag: str) -> Callable[[Element], None]:
    def edit(gate: Element) -> None:
        for element in gate.findall(f"error/{tag}"):
            gate[0].remove(element)

    return edit


def _tagged(name: str, *, inside: bool = False) -> Callable[[Element], None]:
    def edit(gate: Element) -> None:
        (gate[0] if inside else gate).tag = name

    return edit


def _flat(gate: Element) -> None:
    block = gate[0]
    gate.extend(list(block))
    gate.remove(block)


def _numbered(text: str) -> Callable[[Element], None]:
    def edit(gate: Element) -> None:
        for element in gate.findall("error/code"):
            element.text = text

    return edit


_GATES: dict[str, tuple[str, Callable[[Element], None]]] = {
    "gate-without-container": ("the gate's block stands directly below the root", _bare),
    "gate-without-block": ("the gate's code stands without its block", _flat),
    "gate-renamed": ("the gate is called not_allowed", _tagged("not_allowed")),
    "gate-as-license": ("the gate is called license", _tagged("license")),
    "gate-error-code": (
        "the gate's block is called error_code",
        _tagged("error_code", inside=True),
    ),
    "gate-without-code": ("the gate gives no code", _without("code")),
    "gate-without-message": ("the gate gives no message", _without("message")),
    "gate-with-content": ("the gate stands beside an empty answer", _beside),
    "gate-code-0": ("the gate answers code 0", _numbered("0")),
    "gate-code-4": ("the gate answers a code that is not documented", _numbered("4")),
    "gate-code-10": ("the gate answers a code of other tables", _numbered("10")),
}
