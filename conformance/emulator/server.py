"""The emulated PBX on a socket: uvicorn in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from conformance.emulator.alteration import Alteration, Alterations
from conformance.emulator.app import DROP, create_app
from conformance.emulator.dispatch import Interceptor
from conformance.emulator.lab import LabPanel
from conformance.emulator.pbx import Pbx
from conformance.emulator.requestline import RequestLine
from conformance.emulator.routing import EmulatedRoute
from conformance.emulator.settings import EmulatorSettings

_START_TIMEOUT_S = 10
_STOP_TIMEOUT_S = 10
_KEEP_ALIVE_S = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """What a tester may know of the emulated PBX and use on it.

    Attributes:
        username: The API's user.
        password: The web password, whose md5 the API takes.
        privacy_password: The one that unmasks the call records.
        activation_key: A licence key that may be activated.
        update_version: An update that the emulated licence server offers.
        update_version_blocked: One that needs another update before.
        click2call_exten: An extension whose telephone may ring.
        route_destination: A destination that no route has.
        license_key_required: Whether the model needs a licence key.
        call_center_license: Whether the call centre is licensed.
        extensions: Free extension numbers, first and last.
        callgroup_selections: Free callgroup selections, first and last.
    """

    username: str
    password: str = field(repr=False)
    privacy_password: str = field(repr=False)
    activation_key: str = field(repr=False)
    update_version: str
    update_version_blocked: str
    click2call_exten: str
    license_key_required: bool = True
    call_center_license: bool = True
    route_destination: str = "198.51.100.0/24"
    extensions: str = "9000-9019"
    callgroup_selections: str = "9100-9109"


class EmulatorServer:
    """An emulated PBX that listens while the context lasts.

    The port stays the same over reboots: while the PBX is down, connections to `/rest/` are
    dropped without an answer, and `/lab` goes on answering.

    Args:
        settings: Size, address and times.
        routes: The endpoints of all families.
        on_request: Called from the server's thread after each request under `/rest/`.
        interceptors: What stands around the handlers, outermost first.
        alterations: What is not as the guide shows it: defects and variants.

    Raises:
        UnknownFirmwareError: The settings name a firmware without a profile.
    """

    def __init__(
        self,
        settings: EmulatorSettings,
        routes: Sequence[EmulatedRoute],
        *,
        on_request: Callable[[RequestLine], None] | None = None,
        interceptors: Sequence[Interceptor] = (),
        alterations: Sequence[Alteration] = (),
    ) -> None:
        altered = Alterations(tuple(alterations))
        self.settings = altered.settle(settings)
        self.pbx = Pbx(self.settings)
        altered.prepare(self.pbx)
        self.url = ""
        self._app = create_app(
            self.pbx,
            routes,
            on_request=on_request,
            interceptors=interceptors,
            alterations=altered,
        )
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def lab(self) -> LabPanel:
        """The switches of the lab conditions."""
        return self.pbx.lab

    @property
    def facts(self) -> Facts:
        """What a tester may use."""
        return facts_of(self.pbx)

    def start(self) -> None:
        """Bind the socket and listen.

        Raises:
            OSError: The address can't be bound.
            TimeoutError: The server did not come up.
        """
        listener = _listener(self.settings.host, self.settings.port)
        port = listener.getsockname()[1]
        # Started again, it is where it was before.
        self.settings = replace(self.settings, port=port)
        self.url = f"http://{_authority(self.settings.host)}:{port}"
        self._server = uvicorn.Server(_config(self._app))
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="emulated-pbx", daemon=True
        )
        self._thread.start()
        _wait(lambda: bool(self._server and self._server.started), _START_TIMEOUT_S)

    def stop(self) -> None:
        """Close the socket and every connection; a server that does not run stays as it is."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(_STOP_TIMEOUT_S)
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def facts_of(pbx: Pbx) -> Facts:
    """Return what a tester may use on a PBX."""
    callable_extensions = (
        user.exten
        for user in pbx.config.running.users.values()
        if user.enabled and user.registration.status == "OK"
    )
    return Facts(
        username=pbx.settings.username,
        password=pbx.settings.password,
        privacy_password=pbx.settings.privacy_password,
        # A model without a licence has none that could be activated.
        activation_key=pbx.licence.key if pbx.licence.key_required else "",
        update_version=pbx.profile.offered[0],
        update_version_blocked=pbx.profile.blocked[0],
        click2call_exten=next(callable_extensions),
        license_key_required=pbx.licence.key_required,
        call_center_license=pbx.licence.call_center,
    )


class _DroppableProtocol(H11Protocol):
    """Lets the application close a connection without sending a byte."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._served: ASGIApp = self.app
        self.app = self._with_drop

    async def _with_drop(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {DROP: self.transport.abort}
        await self._served(scope, receive, send)


def _config(app: ASGIApp) -> Config:
    return Config(
        app,
        http=_DroppableProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="error",
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio turns Nagle's delay off only where it stands.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _authority(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _wait(ready: Callable[[], bool], timeout_s: float) -> None:
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.005)):
        if ready():
            return
        pause.wait(0.005)
    raise TimeoutError("the emulated PBX did not start")
