"""The ASGI application: HTTP on the outside, the dispatcher within."""

import asyncio
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.emulator.alteration import Alterations
from conformance.emulator.dispatch import Dispatcher, Interceptor
from conformance.emulator.document import BadDocumentError, Form, is_text, parse_request
from conformance.emulator.lab import CONDITIONS, POWER, UnknownCondition
from conformance.emulator.pbx import Pbx
from conformance.emulator.rendering import Renderer
from conformance.emulator.replies import Document, Outcome, Records, Refusal, Reply
from conformance.emulator.requestline import RequestLine
from conformance.emulator.routing import ApiRequest, EmulatedRoute, Router

DROP = "conformance.drop"
"""The scope's extension that closes the connection without a byte; the server provides it."""

UNALTERED = Alterations()

OnRequest = Callable[[RequestLine], None]

_PREFIX = "/rest"
_WITH_BODY = frozenset({"POST", "PUT"})
_BODY_TIMEOUT_S = 30


def create_app(
    pbx: Pbx,
    routes: Sequence[EmulatedRoute],
    *,
    on_request: OnRequest | None = None,
    interceptors: Sequence[Interceptor] = (),
    alterations: Alterations = UNALTERED,
) -> ASGIApp:
    """Return the application: the API under `/rest/`, the lab conditions under `/lab`.

    Args:
        pbx: The state behind it.
        routes: The endpoints of all families.
        on_request: Called after each request under `/rest/`.
        interceptors: What stands around the handlers, outermost first.
        alterations: What is not as the guide shows it.

    Raises:
        ValueError: Two routes have the same method and path.
    """
    around = (*alterations.interceptors, *interceptors)
    renderer = Renderer(alterations.shapes, alterations.responders)
    rest = RestApi(pbx, alterations.reroute(routes), on_request, around, renderer)
    app = Starlette(routes=[*_lab_routes(pbx), Mount(_PREFIX, app=alterations.wrap(rest))])
    # A redirect would invite a client to send its credentials twice.
    app.router.redirect_slashes = False
    return app


class _RefusedError(Exception):
    def __init__(
        self, status: HTTPStatus, text: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.reply = Refusal(status, text, headers or {})


class RestApi:
    """Everything under `/rest/`."""

    def __init__(
        self,
        pbx: Pbx,
        routes: Sequence[EmulatedRoute],
        on_request: OnRequest | None,
        interceptors: Sequence[Interceptor],
        renderer: Renderer,
    ) -> None:
        self._pbx = pbx
        self._router = Router(routes)
        self._dispatch = Dispatcher(pbx, interceptors)
        self._on_request = on_request
        self._renderer = renderer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or drop it while the PBX is down."""
        started, http = time.perf_counter(), Request(scope, receive)
        answered = await self._answer(http)
        if answered is None:
            await _drop(scope, receive)
        else:
            await self._renderer.response(*answered)(scope, receive, send)
        if self._on_request is not None:
            self._on_request(_line(http, answered, self._pbx, started))

    async def _answer(self, http: Request) -> tuple[Reply, ApiRequest | None] | None:
        if not self._pbx.power.answering:
            return None
        try:
            request = await self._read(http)
        except _RefusedError as refused:
            return refused.reply, None
        except ClientDisconnect:
            return None
        # The body may have taken its time: another request may have halted the PBX meanwhile.
        if not self._pbx.power.answering:
            return None
        return self._dispatch(request), request

    async def _read(self, http: Request) -> ApiRequest:
        if not self._pbx.access.admits(http.headers.get("authorization")):
            challenge = {"WWW-Authenticate": 'Basic realm="KalliopePBX", charset="UTF-8"'}
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, "who are you?", challenge)
        route, argument = self._route(http)
        body = Form.empty()
        if route.method in _WITH_BODY:
            body = await self._body(http)
            request_id = body.text("request_id") if "request_id" in body else None
        else:
            request_id = http.query_params.get("request_id")
        if request_id is not None and not is_text(request_id):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "request_id: no XML can carry it")
        wants_csv = "text/csv" in http.headers.get("accept", "").lower()
        return ApiRequest(route, body, argument, request_id, wants_csv)

    def _route(self, http: Request) -> tuple[EmulatedRoute, str]:
        methods, argument = self._router.find(_path(http).removeprefix(_PREFIX))
        if not methods:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "no such API")
        if http.method not in methods:
            allow = {"Allow": ", ".join(sorted(methods))}
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "not with this method", allow)
        return methods[http.method], argument

    async def _body(self, http: Request) -> Form:
        limit, body = self._pbx.settings.max_body_bytes, bytearray()
        try:
            async with asyncio.timeout(_BODY_TIMEOUT_S):
                async for chunk in http.stream():
                    body += chunk
                    if len(body) > limit:
                        raise _RefusedError(
                            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {limit} bytes"
                        )
            return parse_request(bytes(body))
        except TimeoutError as error:
            raise _RefusedError(HTTPStatus.REQUEST_TIMEOUT, "no body came") from error
        except BadDocumentError as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from error


async def _drop(scope: Scope, receive: Receive) -> None:
    drop = scope.get("extensions", {}).get(DROP)
    if drop is None:
        raise ConnectionAbortedError("the emulated PBX is down")
    drop()
    while (await receive())["type"] != "http.disconnect":
        pass


def _path(http: Request) -> str:
    raw: bytes = http.scope["raw_path"]
    return raw.decode("ascii", "backslashreplace")


def _line(
    http: Request, answered: tuple[Reply, ApiRequest | None] | None, pbx: Pbx, started: float
) -> RequestLine:
    reply, request = answered or (None, None)
    status: int | None = HTTPStatus.OK
    if reply is None:
        status = None
    elif isinstance(reply, Refusal):
        status = reply.status
    return RequestLine(
        time=pbx.now(),
        client=http.client.host if http.client else "-",
        method=http.method,
        path=_path(http),
        request_id=request.request_id if request else None,
        status=status,
        code=reply.code if isinstance(reply, Document | Outcome | Records) else None,
        ms=(time.perf_counter() - started) * 1000,
    )


def _lab_routes(pbx: Pbx) -> list[Route]:
    def show(_: Request) -> Response:
        conditions = {name: name in pbx.lab.active for name in sorted(CONDITIONS - {POWER})}
        return JSONResponse(conditions | {POWER: not pbx.power.off})

    def switch(request: Request) -> Response:
        condition, state = request.path_params["condition"], request.path_params["state"]
        if state not in {"on", "off"}:
            return PlainTextResponse("on or off?\n", HTTPStatus.NOT_FOUND)
        try:
            pbx.lab.set(condition, state == "on")
        except UnknownCondition as error:
            return PlainTextResponse(f"{error}\n", HTTPStatus.NOT_FOUND)
        return show(request)

    return [
        Route("/lab", show, methods=["GET"]),
        Route("/lab/{condition}/{state}", switch, methods=["PUT"]),
    ]
