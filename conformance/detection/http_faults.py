"""What is wrong with HTTP or XML itself: statuses, lengths, encodings, well-formedness."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree
from starlette.responses import Response

from conformance import catalogue
from conformance.detection.responses import Cut, Unfinished, code_in, is_xml, rewritten, with_body
from conformance.emulator.altering import responding, shaping
from conformance.emulator.seeded import Defect
from conformance.lab.safety import SafetyClass
from conformance.sut import FIRST_CONTACT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element

    from conformance.catalogue import Endpoint
    from conformance.emulator.alteration import Alteration

    Change = Callable[[bytes], bytes]

__all__ = ["http_defects"]

CLAUSE = "Introduction"
# Where free text is shown that a request wrote before: what is lost of it can be told.
WRITTEN = ("users.configs.*", "phonebook.*", "pbx.callgroups.*")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
NON_ASCII = re.compile("[^\x00-\x7f]")


def http_defects() -> Iterator[Defect]:
    """What is wrong on one endpoint each, in every answer, and with the characters of texts."""
    for end in catalogue.load().endpoints.values():
        yield from _of_endpoint(end)
    for name, (title, change) in _BYTES.items():
        yield _defect(f"api.xml.{name}", title, responding(*_later(), by=rewritten(change)))
    for name, (title, change) in _BROKEN_BY_SOME.items():
        alteration = responding(by=rewritten(change))
        yield _defect(f"api.xml.{name}", title, alteration, WRITTEN)
    for name, (title, edit) in _TEXTS.items():
        yield _defect(f"api.text.{name}", title, shaping(by=_texts(edit)), WRITTEN, "model")
    yield from _of_http()


def _later() -> tuple[str, ...]:
    """Every endpoint but those of the first contact: one that is broken there is no such PBX."""
    return tuple(name for name in catalogue.load().endpoints if name not in FIRST_CONTACT)


def _defect(
    name: str,
    title: str,
    alteration: Alteration,
    near: tuple[str, ...] = (),
    oracle: str = "schema",
) -> Defect:
    return Defect(
        id=name, kind="http", title=title, clause=CLAUSE, near=near, oracle=oracle,
        alteration=alteration,
    )  # fmt: skip


def _of_endpoint(end: Endpoint) -> Iterator[Defect]:
    def refusing(make: Callable[[Response], Response]) -> Callable[[Response], Response]:
        return lambda response: make(response) if code_in(response) else response

    faults = {
        "500": ("HTTP 500 without a body", lambda _: Response(status_code=500)),
        "emptied": ("HTTP 200 without a body", lambda _: Response()),
    }
    if end.safety not in {SafetyClass.REBOOT, SafetyClass.HALT}:
        # Elsewhere it may be the PBX that goes away as it was told to.
        faults["cut"] = ("the connection is closed without an answer", lambda _: Cut())
    if end.codes:
        faults["500-on-refusal"] = (
            "HTTP 500 without a body where the request is to be rejected",
            refusing(lambda _: Response("Internal Server Error", 500)),
        )
        faults["400-on-refusal"] = (
            "HTTP 400 without the documented body where the request is to be rejected",
            refusing(lambda _: Response("Bad Request", 400)),
        )
    for name, (title, by) in faults.items():
        alteration, near = responding(end.name, by=by), (f"{end.slug}.*",)
        yield _defect(f"{end.slug}.http.{name}", title, alteration, near)


def _markup(change: Change) -> Change:
    """Apply a change to what stands between tags alone."""
    return lambda body: re.sub(rb">[^<]+<", lambda found: change(found[0]), body)


_LATIN, _UTF8 = b'<?xml version="1.0" encoding="ISO-8859-1"?>', b'<?xml version="1.0"?>'


def _in_latin_1(body: bytes) -> bytes:
    return body.decode().encode("latin-1", "replace")


_BYTES: dict[str, tuple[str, Change]] = {
    "truncated": ("the last bytes of each document are missing", lambda body: body[:-5]),
    "without-end-tag": (
        "documents lack their last end tag",
        lambda body: body.removesuffix(b"</kpbx_response>"),
    ),
    "blank-line-first": ("a blank line stands before the declaration", lambda body: b"\n" + body),
    "warning-first": (
        "a warning of the interpreter stands before the document",
        lambda body: b"<br />\n<b>Notice</b>: Undefined index in api.php on line 12\n" + body,
    ),
    "text-after": ("text stands after the document", lambda body: body + b"OK"),
    "twice": ("the document stands twice", lambda body: body + body.removeprefix(_UTF8)),
    "other-root": (
        "the root is called response",
        lambda body: body.replace(b"kpbx_response", b"response"),
    ),
    "root-with-blank": (
        "the root is called as the guide misprints it (RD-05)",
        lambda body: body.replace(b"kpbx_response", b"kpbx response"),
    ),
    "root-capital": (
        "the root is written in capitals",
        lambda body: body.replace(b"kpbx_response", b"KPBX_RESPONSE"),
    ),
    "namespace": (
        "the root is of a namespace",
        lambda body: body.replace(b"<kpbx_response", b'<kpbx_response xmlns="urn:kpbx:rest"', 1),
    ),
    "request-root": (
        "answers have the root of requests",
        lambda body: body.replace(b"kpbx_response", b"kpbx_request"),
    ),
    "no-root": (
        "the root is missing",
        lambda body: re.sub(rb"</?kpbx_response/?>", b"", body),
    ),
    "upper-case": (
        "tags are written in upper case",
        lambda body: re.sub(rb"</?[a-z_0-9]+", lambda found: found[0].upper(), body),
    ),
    "escaped": (
        "the document is escaped within another",
        lambda body: b"<kpbx_response>" + body.replace(b"<", b"&lt;") + b"</kpbx_response>",
    ),
    "json": ("answers are JSON", lambda _: b'{"kpbx_response": {}}'),
    "html": ("answers are a page", lambda _: b"<html><body><p>OK</p></body></html>"),
    "nul-byte": ("a NUL byte ends each document", lambda body: body + b"\0"),
}

# They show where answers hold other than plain ASCII, or markup in their values.
_BROKEN_BY_SOME: dict[str, tuple[str, Change]] = {
    "ampersand-bare": ("& stands unescaped", lambda body: body.replace(b"&amp;", b"&")),
    "less-than-bare": ("< stands unescaped", lambda body: body.replace(b"&lt;", b"<")),
    "html-entities": (
        "accented letters are entities of HTML, which XML does not know",
        lambda body: body.decode().replace("ò", "&ograve;").replace("é", "&eacute;")
        .replace("ü", "&uuml;").replace("à", "&agrave;").replace("ë", "&euml;").encode(),
    ),
    "latin-1-undeclared": ("ISO-8859-1 that is declared nowhere", _in_latin_1),
    "utf-8-as-latin-1": (
        "UTF-8 that is declared as ISO-8859-1",
        lambda body: _LATIN + body.removeprefix(_UTF8),
    ),
    "twice-encoded": (
        "UTF-8 is encoded once more",
        lambda body: body.decode("latin-1").encode(),
    ),
    "ampersand-twice": (
        "& is escaped twice",
        _markup(lambda text: text.replace(b"&amp;", b"&amp;amp;")),
    ),
    "markup-twice": (
        "< and > are escaped twice",
        _markup(lambda text: text.replace(b"&lt;", b"&amp;lt;").replace(b"&gt;", b"&amp;gt;")),
    ),
    "surrogates": (
        "characters beyond the BMP are written as two surrogates",
        lambda body: ASTRAL.sub(_surrogates, body.decode()).encode(),
    ),
}  # fmt: skip


def _surrogates(found: re.Match[str]) -> str:
    number = ord(found[0]) - 0x10000
    return f"&#{0xD800 + (number >> 10)};&#{0xDC00 + (number & 0x3FF)};"


_TEXTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "non-ascii-as-question-mark": (
        "letters outside ASCII come back as question marks",
        lambda text: NON_ASCII.sub("?", text),
    ),
    "non-ascii-dropped": (
        "letters outside ASCII are lost",
        lambda text: NON_ASCII.sub("", text),
    ),
    "only-latin-1": (
        "letters outside ISO-8859-1 come back as question marks",
        lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    ),
    "astral-dropped": (
        "characters beyond the BMP are lost",
        lambda text: ASTRAL.sub("", text),
    ),
    "astral-replaced": (
        "characters beyond the BMP come back as U+FFFD",
        lambda text: ASTRAL.sub("\ufffd", text),
    ),
    "cut-at-astral": (
        "a text ends where a character beyond the BMP stands",
        lambda text: ASTRAL.split(text)[0],
    ),
    "ampersand-as-and": ("& comes back as +", lambda text: text.replace("&", "+")),
    "markup-dropped": (
        "what stands between < and > is lost",
        lambda text: re.sub("<[^>]*>", "", text),
    ),
    "angle-dropped": ("< and > are lost", lambda text: re.sub("[<>]", "", text)),
    "quotes-escaped": ("a backslash stands before quotes", lambda t: re.sub("(['\"])", r"\\\1", t)),
    "apostrophe-doubled": ("an apostrophe comes back twice", lambda t: t.replace("'", "''")),
    "entities-for-quotes": (
        "quotes come back as entities",
        lambda text: text.replace("'", "&#039;").replace('"', "&quot;"),
    ),
    "accents-dropped": (
        "letters lose their accents",
        lambda text: text.translate(str.maketrans("òàèéìùüöëç", "oaeeiuuoec")),
    ),
    "percent-decoded": (
        "a percent sign is lost",
        lambda text: text.replace("%", ""),
    ),
}


def _texts(edit: Callable[[str], str]) -> Callable[[Element], None]:
    def shape(root: Element) -> None:
        for element in root.iter(etree.Element):
            if element.text and element.tag not in {"request_id", "message"}:
                element.text = edit(element.text) or None

    return shape


def _of_http() -> Iterator[Defect]:
    def unfinished(response: Response) -> Response:
        return Unfinished(response, len(response.body) // 2) if is_xml(response) else response

    def long(response: Response) -> Response:
        if not is_xml(response) or len(response.body) < 8192:  # noqa: PLR2004 - a buffer's size
            return response
        return with_body(response, bytes(response.body)[:8192])

    def as_bytes(response: Response) -> Response:
        """Announce the number of characters, not of bytes: the last ones are cut off."""
        if not is_xml(response):
            return response
        body = bytes(response.body)
        return with_body(response, body[: len(body.decode())])

    faults = {
        "half": ("answers break off in the middle", unfinished, ()),
        "length-too-long": (
            "Content-Length announces more than comes",
            lambda response: Unfinished(_longer(response), len(response.body)), (),
        ),
        "length-in-characters": (
            "Content-Length counts characters: other than ASCII cuts documents short",
            as_bytes, WRITTEN,
        ),
        "cut-at-8192": ("long answers are cut at 8192 bytes", long, ("users.configs.get.*",)),
        "refusals-500": (
            "HTTP 500 without a body for every rejected request",
            lambda response: Response(status_code=500) if code_in(response) else response, (),
        ),
        "refusals-204": (
            "HTTP 204 for every rejected request",
            lambda response: Response(status_code=204) if code_in(response) else response, (),
        ),
        "successes-204": (
            "HTTP 204 without a body for every request answered with code 0",
            lambda response: Response(status_code=204) if code_in(response) == 0 else response, (),
        ),
    }  # fmt: skip
    for name, (title, by, near) in faults.items():
        yield _defect(f"api.http.{name}", title, responding(*_later(), by=by), near)


def _longer(response: Response) -> Response:
    response.headers["Content-Length"] = str(len(response.body) + 10)
    return response
