"""An emulated PBX full of unmistakable secrets, which it gives away wherever it can."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from lxml import etree

from conformance.emulator.alteration import Alteration
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element as Element
    from starlette.responses import Response

    from conformance.emulator.pbx import Pbx
    from conformance.emulator.routing import ApiRequest

__all__ = ["Leaky", "assert_silent", "forms", "md5", "texts_below"]

PASSWORD = 'p&ss <w/"o"rd>+%é-4401'
PRIVACY = "pr'v & <c>y/+%ü-5502"
KEY = 'K&y <a/"ct">+%é-6603'
AWKWARD = 'x&9 <s/"p">+%ö-7704'
NEVER_ASKED = "unheard-of-0815"
SHORTEST = 6


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _cores(raw: bytes) -> set[str]:
    """What base64 always makes of bytes, whatever stands before and after them."""
    found = set()
    for before in range(3):
        one, two = (
            base64.b64encode(edge * before + raw + edge * 2).decode() for edge in (b"\0", b"\xff")
        )
        same = "".join(a if a == b else " " for a, b in zip(one, two, strict=True))
        found.add(max(same.split(), key=len, default=""))
    return found


def _url(text: str) -> set[str]:
    found = {quote(text), quote(text, safe=""), quote_plus(text)}
    return found | {
        "%".join([head, *(piece[:2].lower() + piece[2:] for piece in pieces)])
        for head, *pieces in (one.split("%") for one in found)
    }


def forms(secret: str) -> set[str]:
    """A secret as it may be written."""
    plain = {secret, escape(secret), html.escape(secret), *_url(secret), *_cores(secret.encode())}
    plain |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    plain |= {repr(secret)[1:-1], repr(secret.encode())[2:-1]}
    return {form for form in plain if len(form) >= SHORTEST}


def _write(root: Element, path: str, text: str) -> None:
    for one in root.iterfind(f".//{path}"):
        one.text = text


@dataclass
class Leaky:
    """The PBX, what is secret on it, and whatever else it was told to keep."""

    secrets: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    _pbx: Pbx | None = None

    def server(self, *more: Alteration) -> EmulatorServer:
        settings = EmulatorSettings(
            users=8,
            calls=40,
            boot_s=0.1,
            update_step_s=0.1,
            password=PASSWORD,
            privacy_password=PRIVACY,
        )
        leaks = Alteration(prepare=self._plant, shape=self._shape, respond=self._respond)
        return EmulatorServer(settings, emulated_routes(), alterations=(leaks, *more))

    def _plant(self, pbx: Pbx) -> None:
        self._pbx = pbx
        for store in (pbx.config.running, pbx.config.draft):
            for number, (exten, user) in enumerate(list(store.users.items())):
                store.users[exten] = replace(
                    user,
                    sip_secret=f"{AWKWARD}{exten}" if number == 2 else f"Zq7-sip-{exten}-kM2x",
                    vm_secret=f"{exten}4815162342",
                    gui_secret_md5=md5(f"gui of {exten}"),
                )
        pbx.conferences[:] = [
            replace(room, admin_pin=f"73592841{n}", user_pin=f"91637402{n}")
            for n, room in enumerate(pbx.conferences)
        ]
        pbx.licence.key = KEY
        self.secrets |= {"password": PASSWORD, "its md5": md5(PASSWORD), "privacy": PRIVACY}
        self.secrets |= {"md5 of privacy": md5(PRIVACY), "key": KEY}
        self.secrets["Authorization"] = b64(f"admin:{md5(PASSWORD)}")
        for user in pbx.config.running.users.values():
            self.secrets[f"SIP {user.exten}"] = user.sip_secret
            self.secrets[f"voicemail {user.exten}"] = user.vm_secret
            self.secrets[f"GUI {user.exten}"] = user.gui_secret_md5
        for room in pbx.conferences:
            self.secrets[f"admin PIN {room.name}"] = room.admin_pin
            self.secrets[f"user PIN {room.name}"] = room.user_pin

    def _shape(self, request: ApiRequest, root: Element) -> None:
        """Put secrets where none belongs: other elements, attributes, messages."""
        for tag in ("sip_secret", "vm_secret", "activation_key", "privacy_password"):
            self.told |= {(one.text or "").strip() for one in request.body.element.iter(tag)}
        sent = etree.tostring(request.body.element).decode()
        for message in root.iter("message"):
            message.text = f"{message.text} {sent} Basic {self.secrets['Authorization']}"
        for record in root.iter("user", "registration"):
            self._show(record)
        for contact in root.iter("contact"):
            contact.set("sip_secret", NEVER_ASKED)
        _write(root, "callgroup/name", f"{KEY} {PRIVACY} {PASSWORD}")
        _write(root, "contact/mail", f"73592841{0}@{md5(PASSWORD).upper()}")
        _write(root, "firmware/primary", f"3.9.5-2891-{md5(PASSWORD)}")

    def _show(self, record: Element) -> None:
        """Put the secrets of an extension into its other fields."""
        assert self._pbx is not None
        user = self._pbx.config.draft.users.get(record.findtext("exten") or "")
        if user is not None:
            _write(record, "first_name", f"x{user.sip_secret}y")
            _write(record, "last_name", b64(f"a{user.gui_secret_md5}"))
            _write(record, "useragent", quote(user.sip_secret, safe=""))

    def _respond(self, _request: ApiRequest | None, response: Response) -> Response:
        response.headers["X-Seen"] = f"Basic {self.secrets['Authorization']}"
        response.headers["X-Key"] = quote(KEY)
        response.headers["Set-Cookie"] = f"session={quote_plus(PASSWORD)}"
        return response


def assert_silent(leaky: Leaky, texts: dict[str, str], told: bool = True) -> None:
    """State that no text holds a secret in any form."""
    secrets = dict(leaky.secrets) | {"never asked for": NEVER_ASKED}
    if told:
        words = (word for word in leaky.told if len(word) >= SHORTEST and len(set(word)) > 3)
        secrets |= {f"sent: {word}": word for word in words}
    for where, text in texts.items():
        plainer = html.unescape(text)
        for what, secret in secrets.items():
            for form in forms(secret):
                assert form not in text, f"{what} as {form} in {where}"
                assert form not in plainer, f"{what} as {form} in {where}, unescaped"


def texts_below(folder: Path) -> dict[str, str]:
    """Every file below a folder, as text."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return {
        str(file.relative_to(folder)): file.read_bytes().decode("utf-8", "replace")
        for file in files
    }
