"""A scripted PBX on 127.0.0.1: it says what a test tells it to say, also what no PBX should."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from conformance import catalogue
from conformance.dialect import Dialect
from conformance.lab.conditions import Lab, NoLab
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.lab.target import Connection, Pixit, Target
from conformance.sut import Sut
from conformance.wire.client import Outgoing, WireClient

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "Canned",
    "FakeLab",
    "ScriptedServer",
    "Seen",
    "StubPbx",
    "connection_to",
    "drop",
    "error",
    "kpbx",
    "outgoing",
    "sut_on",
]

FIRMWARE = "3.9.5-2891"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path below /rest, without the query."""
        return urlsplit(self.target).path.removeprefix("/rest")

    @property
    def line(self) -> str:
        """Method and path below /rest."""
        return f"{self.method} {self.path}"

    @property
    def request_id(self) -> str | None:
        """The request_id, from wherever the guide puts it."""
        if self.method in {"GET", "DELETE"}:
            return parse_qs(urlsplit(self.target).query).get("request_id", [None])[0]
        try:
            found = etree.fromstring(self.body).find("request_id")
        except etree.XMLSyntaxError:
            return None
        return None if found is None else found.text


@dataclass(frozen=True, slots=True)
class Canned:
    """One scripted answer, and how it is mistreated on its way."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = "application/xml"
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    """Announced instead of the true length; a body that ends before it is cut."""
    delay_s: float = 0.0
    trickle_s: float = 0.0
    """A pause after each byte of the body."""
    dropped: bool = False
    """The connection is closed without a byte."""
    raw: bytes | None = None
    """Sent in place of everything."""


Answer: TypeAlias = Canned | Callable[[Seen], Canned]
Script: TypeAlias = Callable[[Seen], Canned]
NOT_FOUND = Canned(b"no such path", 404, "text/plain")


def drop() -> Canned:
    """Return the answer that closes the connection instead."""
    return Canned(dropped=True)


def kpbx(inner: str = "", request_id: str | None = None, **how: Any) -> Canned:
    """Return an answer document."""
    echo = "" if request_id is None else f"<request_id>{request_id}</request_id>"
    text = f'<?xml version="1.0"?>\n<kpbx_response>{echo}{inner}</kpbx_response>'
    return replace(Canned(text.encode()), **how)


def error(container: str, code: int, message: str, block: str = "error") -> str:
    """Return an error block."""
    inside = f"<code>{code}</code><message>{message}</message>"
    return f"<{container}><{block}>{inside}</{block}></{container}>"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    scripted: ScriptedServer

    def handle_one_request(self) -> None:
        with suppress(ConnectionError):
            super().handle_one_request()

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Answer every method alike."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body)
        self.scripted.seen.append(seen)
        self._say(self.scripted.script(seen))

    def _say(self, canned: Canned) -> None:
        stopping = self.scripted.stopping
        stopping.wait(canned.delay_s)
        if canned.dropped or canned.raw is not None or stopping.is_set():
            self.close_connection = True
            self.wfile.write(canned.raw or b"")
            return
        self.send_response(canned.status)
        length = len(canned.body) if canned.length is None else canned.length
        self.send_header("Content-Length", str(length))
        if canned.content_type is not None:
            self.send_header("Content-Type", canned.content_type)
        for name, value in canned.headers:
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = self.close_connection or length != len(canned.body)
        pieces = [canned.body[i : i + 1] for i in range(len(canned.body))]
        for piece in pieces if canned.trickle_s else [canned.body]:
            self.wfile.write(piece)
            if stopping.wait(canned.trickle_s):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


class ScriptedServer:
    """Answers from a function until its context ends; remembers what it was asked."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.clients: list[WireClient] = []
        self.stopping = threading.Event()
        handler = type("Handler", (_Handler,), {"scripted": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def lines(self) -> list[str]:
        """Method and path of each request so far."""
        return [seen.line for seen in self.seen]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in self.clients:
            client.close()
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


NOT_PENDING = "<pbx_pending>false</pbx_pending>"
SLOTS = (
    f"<firmware><primary>{FIRMWARE}</primary><secondary>3.9.3-2664</secondary>"
    "<running>primary</running></firmware>"
)
LICENCE = (
    "<pbx_instance_license><license_status>ACTIVE</license_status>"
    "<licensed_exten>50</licensed_exten></pbx_instance_license>"
)
ETH0 = (
    "<interfaces><interface><id>1</id><enabled>true</enabled><name>eth0</name>"
    "<ip_address>192.0.2.10</ip_address><netmask>255.255.255.0</netmask></interface></interfaces>"
)
REVERSED = error("cdrcallercenter", 11, "Invalid date time interval", "error_code")


@dataclass
class StubPbx:
    """Knows what a run asks first, echoes request_id, and answers the rest from its table.

    A table's value is the inside of a `kpbx_response`, or a whole answer.
    """

    table: dict[str, str | Answer] = field(default_factory=dict)
    refuses: bool = False

    def __post_init__(self) -> None:
        """Add what every run asks first."""
        first: dict[str, str | Answer] = {
            "GET /system/firmware": SLOTS,
            "GET /pbx/pending": NOT_PENDING,
            "PUT /pbx/apply": "<pbx_applied>true</pbx_applied>",
            "GET /license/pxbinstance": LICENCE,
            "POST /system/network/interfaces": ETH0,
            "POST /cdrcallcenter": REVERSED,
        }
        self.table = first | self.table

    def __call__(self, seen: Seen) -> Canned:
        """Answer one request."""
        if self.refuses:
            challenge = (("WWW-Authenticate", 'Basic realm="KalliopePBX"'),)
            return Canned(b"", 401, None, challenge)
        found = self.table.get(seen.line, NOT_FOUND)
        if isinstance(found, str):
            return kpbx(found, seen.request_id)
        return found(seen) if callable(found) else found


class FakeLab(Lab):
    """Brings about nothing, and remembers what it was asked to."""

    def __init__(self, problem: Exception | None = None, fails_for: str = "") -> None:
        self.switched: list[tuple[str, bool]] = []
        self.problem = problem
        self.fails_for = fails_for

    def unavailable(self, condition: str) -> str:  # noqa: ARG002
        """Everything is available."""
        return ""

    def switch(self, condition: str, *, on: bool) -> None:
        """Remember, and fail if the test wants it."""
        self.switched.append((condition, on))
        if self.problem and on and condition == self.fails_for:
            raise self.problem


def connection_to(server: ScriptedServer, **more: Any) -> Connection:
    """Return how to reach a scripted server, with short time-outs."""
    more.setdefault("timeout_s", 5.0)
    return Connection(url=server.url, name="scripted", **more)


def outgoing(
    method: str = "GET",
    path: str = "/pbx/pending",
    safety: SafetyClass = SafetyClass.READ,
    **more: Any,
) -> Outgoing:
    """Return a request that belongs to no endpoint in particular."""
    return Outgoing(endpoint=None, method=method, path=path, safety=safety, **more)


def sut_on(server: ScriptedServer, *, lab: Lab | None = None, **more: Any) -> Sut:
    """Return the system under test behind a scripted server; nothing has been sent yet."""
    pixit = Pixit(extensions=("9000", "9001"), reboot_timeout_s=0.3)
    target = Target(connection_to(server, **more), pixit=pixit)
    server.clients.append(WireClient(target.connection, ALL_CLASSES))
    return Sut(
        catalogue=catalogue.load(),
        target=target,
        client=server.clients[-1],
        lab=lab or NoLab(),
        dialect=Dialect(),
    )
