"""A plain client of the API, written against the guide, and what a proxy records of it."""

from __future__ import annotations

import base64
import hashlib
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from tests.judge.made import har

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.emulator.alteration import Alteration

__all__ = ["recording_of"]

PRIVACY = "privacy of the client"
LISTS = (
    "/system/firmware", "/pbx/pending", "/system/network/dns", "/system/network/routes",
    "/system/firmware/updatestatus", "/license/pxbinstance", "/users/configs/", "/users/brief/",
    "/users/registrations/", "/pbx/callgroups", "/pbx/conferences", "/phonebook/contacts",
    "/users/brief/101", "/users/configs/101", "/users/registrations/101", "/users/brief/99999",
    "/voicemails/count/101", "/phonebook/contacts/99999", "/pbx/callgroups/incoming",
)  # fmt: skip
USER = (
    "<user><exten>9000</exten><sip_secret>Sip-9000-x7</sip_secret><first_name>Zoë</first_name>"
    "<last_name>D'Arc &amp; Co</last_name><vm_enabled>true</vm_enabled><vm_secret>4711</vm_secret>"
    "<vm_email>zoe@pbx.example</vm_email></user>"
)
CONTACT = (
    "<contact><first_name>Ada</first_name><last_name>Byron</last_name><organization>A &amp; B"
    "</organization><organizational_unit/><phone>0551234</phone><mail/><speed_dial/></contact>"
)
CALLGROUP = (
    "<callgroup><name>Desk</name><timeout>20</timeout><selection>9100</selection><enabled>true"
    "</enabled><priorities><priority><id>1</id><members><member><exten>101</exten></member>"
    "</members></priority></priorities></callgroup>"
)
# What is wrong on purpose: each has a code of its own.
WRONG = (
    ("POST", "/users/configs/", ""),
    ("POST", "/users/configs/", "<user><exten>9001</exten></user>"),
    ("PUT", "/users/configs/9000", "<user/>"),
    ("PUT", "/users/configs/99999", "<user><last_name>X</last_name></user>"),
    ("DELETE", "/users/configs/99999", None),
    ("POST", "/pbx/callgroups", ""),
    ("PUT", "/pbx/callgroups/none-such", CALLGROUP),
    ("POST", "/phonebook/contacts", "<contact><first_name>Ada</first_name></contact>"),
    ("POST", "/phonebook/search", ""),
    ("PUT", "/system/network/dns", "<dns><ip_address>1.2.3.999</ip_address></dns>"),
    ("PUT", "/system/network/dns", "<dns/>"),
    ("POST", "/system/network/routes", ""),
    ("PUT", "/system/network/interfaces", ""),
    ("PUT", "/system/firmware/update", "<update/>"),
    ("POST", "/system/backup/create", ""),
    ("POST", "/license/pxbinstance", ""),
    (
        "POST",
        "/click2call",
        "<click2call><exten/><number_to_call>101</number_to_call></click2call>",
    ),
)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class _Proxy:
    """Sends, and writes down what goes through it, as such tools do: texts, decoded."""

    def __init__(self, url: str, password: str) -> None:
        auth = httpx.BasicAuth("admin", _md5(password))
        self.client = httpx.Client(base_url=f"{url}/rest", auth=auth, timeout=10)
        self.entries: list[dict[str, Any]] = []
        self.ids = 0

    def ask(self, method: str, path: str, inner: str | None = None, **headers: str) -> str:
        """Send a request with a request_id of its own; the text of its answer."""
        self.ids += 1
        content, params = None, None
        if method in {"GET", "DELETE"}:
            params = {"request_id": f"client{self.ids}"}
        else:
            said = f"<request_id>client{self.ids}</request_id>{inner or ''}"
            content = f'<?xml version="1.0"?>\n<kpbx_request>{said}</kpbx_request>'
        started, clock = datetime.now(UTC), time.perf_counter()
        request = self.client.build_request(
            method, path, params=params, content=content, headers=headers
        )
        response = self.client.send(request)
        self._write(request, response, started, time.perf_counter() - clock, content)
        return response.text

    def _write(
        self,
        request: httpx.Request,
        response: httpx.Response,
        started: datetime,
        seconds: float,
        content: str | None,
    ) -> None:
        def pairs(headers: httpx.Headers) -> list[dict[str, str]]:
            return [{"name": name, "value": value} for name, value in headers.items()]

        try:
            text, encoding = response.content.decode(), {}
        except UnicodeDecodeError:
            text = base64.b64encode(response.content).decode()
            encoding = {"encoding": "base64"}
        mime = response.headers.get("content-type", "")
        sent: dict[str, Any] = {
            "method": request.method, "url": str(request.url), "headers": pairs(request.headers),
        }  # fmt: skip
        if content is not None:
            sent["postData"] = {"mimeType": "application/xml", "text": content}
        self.entries.append(
            {
                "startedDateTime": started.isoformat(),
                "time": seconds * 1000,
                "request": sent,
                "response": {
                    "status": response.status_code,
                    "headers": pairs(response.headers),
                    "content": {
                        "size": len(response.content), "mimeType": mime, "text": text, **encoding,
                    },
                },
            }
        )  # fmt: skip


def _call_records(proxy: _Proxy) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    past = [(now - timedelta(days=days)).isoformat(" ", "seconds") for days in (9, 2)]
    interval = f"<begin>{past[0]}</begin><end>{past[1]}</end>"
    secret = f"<privacy_password>{_md5(PRIVACY)}</privacy_password>"
    for tag, path in (("cdr", "/cdr"), ("cdrcallercenter", "/cdrcallcenter")):
        for inner in (
            interval, secret + interval, f"{interval}<start_flag>true</start_flag>",
            f"{secret}{interval}<filter><status>8</status></filter>",
            f"{interval}<filter><gateway_name>%e%</gateway_name></filter>",
            f"<begin>{past[1]}</begin><end>{past[0]}</end>",
            f"<privacy_password>{'0' * 32}</privacy_password>{interval}", "",
        ):  # fmt: skip
            proxy.ask("POST", path, f"<{tag}>{inner}</{tag}>")
        if tag == "cdr":
            for inner in (interval, secret + interval):
                proxy.ask("POST", path, f"<{tag}>{inner}</{tag}>", Accept="text/csv")


def _configuration(proxy: _Proxy) -> None:
    ask = proxy.ask
    for _ in range(2):
        ask("POST", "/users/configs/", USER)
    ask("GET", "/users/configs/9000")
    ask("GET", "/pbx/pending")
    ask("PUT", "/pbx/apply")
    ask("GET", "/pbx/pending")
    ask("GET", "/users/configs/")
    ask("PUT", "/users/configs/9000", "<user><last_name>Renamed</last_name></user>")
    ask("GET", "/users/configs/9000")
    ask("PUT", "/pbx/apply")
    ask("GET", "/users/configs/9000")
    ask("POST", "/pbx/callgroups", CALLGROUP)
    ask("POST", "/phonebook/contacts", CONTACT)
    ask("GET", "/phonebook/contacts")
    ask("POST", "/phonebook/search", "<filter><last_name>Byr%</last_name></filter>")
    for method, path, inner in WRONG:
        ask(method, path, inner)
    ask("POST", "/system/backup/create", "<backup><name>b</name></backup>")
    for _ in range(2):
        ask("DELETE", "/users/configs/9000")
    ask("PUT", "/pbx/revert")
    ask("GET", "/pbx/pending")


def recording_of(alterations: Sequence[Alteration] = ()) -> dict[str, Any]:
    """What a proxy records of the client on an emulated PBX."""
    settings = EmulatorSettings(users=12, calls=300, boot_s=0.1, privacy_password=PRIVACY)
    server = EmulatorServer(settings, emulated_routes(), alterations=tuple(alterations))
    with server:
        proxy = _Proxy(server.url, settings.password)
        with proxy.client:
            for path in LISTS:
                proxy.ask("GET", path)
            proxy.ask("POST", "/system/network/interfaces")
            _configuration(proxy)
            _call_records(proxy)
    return har(*proxy.entries)
