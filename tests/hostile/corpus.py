"""Bad answers to GET /users/brief/, each of its own kind: how made, how judged, and in which words.

What the guide or RFC 9112 leaves to the PBX stands in `PERMITTED`: a failure there would be ours.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hostile.making import (
    DECLARATION,
    USER,
    body,
    chunk,
    chunks,
    document,
    endless,
    head,
    once,
    slowly,
    text,
    whole,
)
from tests.hostile.overlay import RESET

if TYPE_CHECKING:
    from tests.hostile.overlay import Answer

__all__ = ["CORPUS", "HUGE", "LINE", "PERMITTED", "SCHEMA", "Bad"]

LINE = "GET /users/brief/"
SCHEMA = "users.brief.get.response-schema"
REQUEST_ID = "users.brief.get.request-id"
OPEN, SHUT = DECLARATION + b"<kpbx_response>", b"</kpbx_response>"
USERS = b"<users>" + USER + b"</users>"
STALL_S, BRIEF_S = 60.0, 2.0
GENERATED_HEADERS = 200_000


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad answer.

    Attributes:
        answer: what is sent.
        word: what the reason must hold, among other words.
        verdict: how the requirement `about` ends.
        timeout_s: how long the harness waits for a byte.
    """

    answer: Answer
    word: str
    verdict: str = "fail"
    about: str = SCHEMA
    timeout_s: float = 10.0


def dtd(declared: bytes, inside: bytes, name: bytes = b"kpbx_response") -> Bad:
    """A document with a DTD."""
    made = b"<!DOCTYPE %b %b>\n<kpbx_response>%b</kpbx_response>" % (name, declared, inside)
    return Bad(text(DECLARATION + made), "DTD")


def packed(data: bytes, coding: str) -> Bad:
    """A body under a content coding that was not asked for."""
    fields = ("Content-Type: application/xml", f"Content-Encoding: {coding}")
    return Bad(text(data, *fields), "packed")


def raw(data: bytes, word: str) -> Bad:
    """Bytes in place of an answer."""
    return Bad(lambda _seen: iter([data]), word)


def inner(data: bytes, word: str) -> Bad:
    """Something else inside the documented root."""
    return Bad(body(lambda seen: document(seen, data)), word)


LAUGHS = b"".join(
    b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
)
QUADRATIC = b'[<!ENTITY a "%b">]' % (b"a" * 50_000)

ENTITIES: dict[str, Bad] = {
    "billion-laughs": dtd(b"[" + LAUGHS + b"]", b"&l9;"),
    "quadratic-blow-up": dtd(QUADRATIC, b"&a;" * 20_000),
    "external-entity-of-a-file": dtd(b'[<!ENTITY x SYSTEM "file:///etc/hostname">]', b"&x;"),
    "external-entity-of-a-host": dtd(b'[<!ENTITY x SYSTEM "http://elsewhere.local/x">]', b"&x;"),
    "parameter-entity": dtd(b'[<!ENTITY %% x SYSTEM "http://elsewhere.local/x"> %%x;]', USERS),
    "external-dtd": dtd(b'SYSTEM "http://elsewhere.local/x.dtd"', USERS),
    "public-dtd": dtd(
        b'PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://elsewhere.local/x.dtd"', USERS, b"html"
    ),
    "dtd-behind-comments": Bad(
        text(DECLARATION + b"<!--x-->" * 1000 + b'<!DOCTYPE a SYSTEM "x"><kpbx_response/>'), "DTD"
    ),
    "dtd-in-utf-16": Bad(
        text('<!DOCTYPE a [<!ENTITY x "y">]><kpbx_response>&x;</kpbx_response>'.encode("utf-16")),
        "DTD",
    ),
    "dtd-in-utf-7": raw(
        whole(b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4<kpbx_response/>'),
        "found",
    ),
    "dtd-in-ebcdic": raw(
        whole(
            '<?xml version="1.0" encoding="cp037"?><!DOCTYPE a [<!ENTITY x "y">]>'
            "<kpbx_response>&x;</kpbx_response>".encode("cp037")
        ),
        "found",
    ),
    "undeclared-entity": inner(b"<users>&nbsp;</users>", "nbsp"),
    "xinclude": inner(
        b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>',
        "<include>",
    ),
}

SIZES: dict[str, Bad] = {
    "length-of-a-terabyte": Bad(
        once(lambda seen: head(f"Content-Length: {1 << 40}") + document(seen)), "breaks off after"
    ),
    "ten-megabytes-in-an-attribute": inner(
        b'<users a="%b"/>' % (b"a" * 10_500_000), "10 MB in one text or attribute"
    ),
    "nine-megabytes-in-an-attribute": inner(b'<users a="%b"/>' % (b"a" * 9_000_000), "attribute"),
    "nine-megabytes-in-a-boolean": inner(
        b"<users>%b</users>" % USER.replace(b"true", b"1" * 9_000_000), "enabled"
    ),
    "a-hundred-thousand-attributes": inner(
        b"<users%b/>" % b"".join(b' a%d=""' % n for n in range(100_000)), "found"
    ),
    "twenty-thousand-namespaces": inner(
        b"<a0:users%b/>" % b"".join(b' xmlns:a%d="u:%d"' % (n, n) for n in range(20_000)), "found"
    ),
    "nested-a-hundred-thousand-deep": inner(b"<a>" * 100_000 + b"</a>" * 100_000, "256 levels"),
    "nested-as-deep-as-may-be": inner(b"<a>" * 240 + b"</a>" * 240, "<a>"),
    "a-name-of-a-megabyte": inner(b"<%b/>" % (b"a" * 1_000_000), "found"),
    "instructions-without-end": Bad(text(DECLARATION + b"<?a b?>" * 50_000), "no root element"),
}

# These are a gigabyte, or become one: tried in a process of its own, whose memory is measured.
HUGE: dict[str, Bad] = {
    "gigabyte-of-text": Bad(
        endless(lambda _seen: OPEN + b"<request_id>", b"a" * 1000), "10 MB in one text"
    ),
    "gigabyte-of-users": Bad(
        endless(lambda seen: document(seen)[: -len(SHUT) - len(b"</users>")], USER),
        "elements and attributes", "inconc",
    ),
    "gigabyte-of-blanks-before-the-root": Bad(
        endless(lambda _seen: DECLARATION, b" \n" * 500), "no root element so far"
    ),
    "gigabyte-of-garbage": Bad(endless(lambda _seen: b"", b"garbage "), "found"),
    "gigabyte-of-zeros": Bad(endless(lambda _seen: b"", b"\0" * 1000), "found"),
    "gigabyte-after-the-root": Bad(endless(document, b" \n" * 500), "larger than", "inconc"),
    "gigabyte-of-comments": Bad(
        endless(lambda _seen: OPEN, b"<!--%b-->" % (b"c" * 1000)), "larger than", "inconc"
    ),
    "gigabyte-of-empty-elements": Bad(
        endless(lambda _seen: OPEN + b"<users>", b"<a/>"), "elements and attributes", "inconc"
    ),
    "gigabyte-of-instructions": Bad(
        endless(lambda _seen: OPEN + b"<users>", b"<?a?>"), "elements and attributes", "inconc"
    ),
    "gigabyte-of-attributes": Bad(
        endless(lambda _seen: OPEN + b"<users>", b'<a b="" c="" d="" e="" f=""/>'),
        "elements and attributes", "inconc",
    ),
    "gigabyte-of-empty-lines-in-chunks": Bad(
        lambda _seen: iter([chunks(OPEN), *([chunk(b"\n" * (1 << 20))] * 1000)]),
        "10 MB in one text",
    ),
}  # fmt: skip

PACKED: dict[str, Bad] = {
    "gzip-bomb": packed(gzip.compress(b"\0" * 100_000_000), "gzip"),
    "gzip-of-a-gzip-bomb": packed(gzip.compress(gzip.compress(b"\0" * 50_000_000)), "gzip, gzip"),
    "gzip-that-nobody-asked-for": packed(gzip.compress(OPEN + USERS + SHUT), "gzip"),
    "deflate-that-nobody-asked-for": packed(zlib.compress(OPEN + USERS + SHUT), "deflate"),
    "a-coding-that-nobody-knows": packed(b"\x81\x82\x83", "x-shrink"),
    "gzip-without-a-word": Bad(text(gzip.compress(OPEN + USERS + SHUT)), "found"),
    "gzip-as-transfer-coding": Bad(
        text(gzip.compress(OPEN), "Transfer-Encoding: gzip"), "not HTTP"
    ),
}

HEADS: dict[str, Bad] = {
    "header-fields-without-end": Bad(
        lambda _seen: iter(
            [b"HTTP/1.1 200 OK\r\n"] + [b"X-Field: value\r\n" * 1000] * GENERATED_HEADERS
        ),
        "header fields go on",
    ),
    "one-header-field-without-end": Bad(
        lambda _seen: iter([b"HTTP/1.1 200 OK\r\nX: "] + [b"x" * 65536] * 10_000),
        "header fields go on",
    ),
    "status-line-without-end": Bad(
        lambda _seen: iter([b"HTTP/1.1 200 "] + [b"O" * 65536] * 10_000), "header fields go on"
    ),
    "interim-answers-without-end": Bad(
        lambda _seen: iter([b"HTTP/1.1 100 Continue\r\n\r\n" * 100] * 100_000),
        "header fields go on",
    ),
    "head-byte-by-byte": Bad(
        slowly(lambda _seen: b"HTTP/1.1 200 OK\r\n", lambda _seen: b"X-Field: value\r\n" * 100),
        "not even its head",
        timeout_s=BRIEF_S,
    ),
    "interim-answers-now-and-then": Bad(
        lambda _seen: iter([b"HTTP/1.1 102 Processing\r\n\r\n", 0.1] * 100),
        "not even its head",
        timeout_s=BRIEF_S,
    ),
    "no-http-at-all": raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "not HTTP"),
    "http-0.9": raw(OPEN + USERS + SHUT, "not HTTP"),
    "http-of-the-future": raw(b"HTTP/17 200 OK\r\n\r\n", "not HTTP"),
    "status-of-two-digits": raw(b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", "not HTTP"),
    "status-999": Bad(text(b"<html>?</html>", "X: y", status="999 ?"), "HTTP 999"),
    "nul-in-a-header-field": raw(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "not HTTP"),
    "blank-in-a-field-name": raw(b"HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n", "not HTTP"),
    "two-lengths": raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "Content-Length"
    ),
    "length-below-zero": raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "Content-Length"),
    "length-of-a-thousand-digits": raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 1000 + b"\r\n\r\n", "Content-Length"
    ),
    "switching-protocols": raw(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "switches protocols",
    ),
    "closed-without-a-byte": Bad(lambda _seen: iter([]), "connection was closed"),
    "reset": Bad(lambda _seen: iter([RESET]), "no answer"),
    "reset-in-the-body": Bad(
        lambda seen: iter([whole(document(seen))[:-20], 0.05, RESET]), "breaks off"
    ),
    "silence": Bad(
        lambda _seen: iter([STALL_S]), "no answer within the time-out", timeout_s=BRIEF_S
    ),
}

FRAMES: dict[str, Bad] = {
    "body-byte-by-byte": Bad(
        slowly(lambda seen: whole(document(seen))[:-99], lambda seen: document(seen)[-99:]),
        "not complete after",
        timeout_s=BRIEF_S,
    ),
    "chunk-head-byte-by-byte": Bad(
        slowly(lambda _seen: chunks(OPEN), lambda _seen: b"5;" + b"x" * 99), "not complete after",
        timeout_s=BRIEF_S,
    ),
    "a-pause-in-the-body": Bad(
        lambda seen: iter([whole(document(seen))[:-20], STALL_S]), "no answer within the time-out",
        timeout_s=BRIEF_S,
    ),
    "cut-by-length": Bad(once(lambda seen: whole(document(seen))[:-30]), "breaks off after"),
    "cut-in-a-chunk": Bad(
        once(lambda seen: chunks(document(seen))[:-30]), "breaks off after"
    ),
    "cut-between-chunks": Bad(once(lambda seen: chunks(document(seen))), "breaks off after"),
    "chunk-size-that-is-no-number": Bad(
        once(lambda seen: chunks(document(seen)) + b"zz\r\n"), "chunk header"
    ),
    "chunk-size-below-zero": Bad(once(lambda _seen: chunks() + b"-5\r\nabcde"), "chunk header"),
    "chunk-of-an-exabyte": Bad(
        once(lambda seen: chunks() + b"FFFFFFFFFFFFFFF\r\n" + document(seen)), "breaks off after"
    ),
    "chunk-longer-than-it-says": Bad(
        once(lambda seen: chunks() + b"5\r\n" + document(seen)), "breaks off after"
    ),
    "chunk-head-without-end": Bad(
        lambda _seen: iter([chunks(), b"5;", *([b"x" * 65536] * 10_000)]), "endless"
    ),
    "trailer-without-end": Bad(
        lambda seen: iter([chunks(document(seen)), b"0\r\n", *([b"X: y\r\n" * 9999] * 999)]),
        "endless",
    ),
    "length-too-short": Bad(
        once(lambda seen: head("Content-Length: 40") + document(seen)), "follow the end"
    ),
    "length-too-long": Bad(
        lambda seen: iter([head("Content-Length: 4000"), document(seen), STALL_S]),
        "no answer within the time-out",
        timeout_s=BRIEF_S,
    ),
    "a-second-answer": Bad(
        once(lambda seen: whole(document(seen)) + whole(b"<kpbx_response/>")), "follow the end"
    ),
    "a-second-answer-after-chunks": Bad(
        once(lambda seen: chunks(document(seen)) + b"0\r\n\r\n" + whole(b"<kpbx_response/>")),
        "follow the end",
    ),
    "a-body-behind-204": raw(b"HTTP/1.1 204 No Content\r\n\r\n" + OPEN + USERS + SHUT, "HTTP 204"),
    "nothing": Bad(text(b""), "no element at all"),
}  # fmt: skip

ENCODINGS: dict[str, Bad] = {
    "invalid-utf-8": inner(USERS.replace(b"Ada", b"Ad\xff"), "not in the declared encoding"),
    "latin-1-without-a-word": inner(USERS.replace(b"Ada", b"Ad\xe0"), "encoding"),
    "overlong-utf-8": inner(USERS.replace(b"Ada", b"Ad\xc0\xaf"), "encoding"),
    "surrogate-in-utf-8": inner(USERS.replace(b"Ada", b"Ad\xed\xa0\x80"), "encoding"),
    "cut-in-a-character": Bad(text(OPEN + "è".encode()[:1]), "found"),
    "utf-8-that-calls-itself-utf-16": Bad(
        text(b'<?xml version="1.0" encoding="UTF-32"?><kpbx_response/>'), "found"
    ),
    "an-encoding-that-nobody-knows": Bad(
        text(b'<?xml version="1.0" encoding="kalliope"?><kpbx_response/>'), "encoding"
    ),
    "utf-16-mark-before-utf-8": Bad(body(lambda seen: b"\xff\xfe" + document(seen)), "found"),
    "utf-16-of-odd-length": Bad(text((OPEN + SHUT).decode().encode("utf-16")[:-1]), "utf-16"),
    "utf-32-beyond-unicode": Bad(text(b"\0\0\xfe\xff\0\x7f\0\0"), "utf-32"),
    "nul-in-a-text": inner(USERS.replace(b"Ada", b"A\0a"), "found"),
    "control-in-a-text": inner(USERS.replace(b"Ada", b"\x1b[2J\x07"), "character that XML"),
    "control-as-a-reference": inner(USERS.replace(b"Ada", b"&#27;[2J"), "found"),
}

CONTENTS: dict[str, Bad] = {
    "login-page": Bad(
        text(b"<!DOCTYPE html><html><form>Log in</form></html>", "Content-Type: text/html"), "DTD"
    ),
    "login-page-without-a-dtd": Bad(
        text(b"<html><body>Log in<br></body></html>", "Content-Type: text/html"), "</body>"
    ),
    "login-page-of-xhtml": Bad(text(b"<html><body>Log in</body></html>"), "<html>"),
    "json": Bad(text(b'{"users": []}', "Content-Type: application/json"), "found"),
    "redirect-to-another-host": Bad(
        text(b"", "Location: http://elsewhere.local/rest/", status="302 Found"),
        "redirects to",
    ),
    "redirect-to-a-file": Bad(
        text(b"", "Location: file:///etc/hostname", status="301 Moved"), "redirects to 'file:"
    ),
    "redirect-to-itself": Bad(
        text(b"", "Location: /rest/users/brief/", status="307 Again"), "redirects to"
    ),
    "redirect-with-a-document": Bad(
        text(b"<html/>", "Location: http://elsewhere.local/", status="308 Moved"), "redirects to"
    ),
    "proxy-wants-a-password": Bad(
        text(b"", "Proxy-Authenticate: Basic", status="407 Proxy"), "HTTP 407"
    ),
    "bad-gateway": Bad(text(b"<html>502<hr></html>", status="502 Bad Gateway"), "HTTP 502"),
    "another-request's-id": Bad(
        text(OPEN + b"<request_id>another</request_id>" + USERS + SHUT), "'another'",
        about=REQUEST_ID,
    ),
    "no-request-id": Bad(text(OPEN + USERS + SHUT), "no request_id", about=REQUEST_ID),
    "request-id-of-five-megabytes": Bad(
        text(OPEN + b"<request_id>" + b"7" * 5_000_000 + b"</request_id>" + USERS + SHUT),
        "characters", about=REQUEST_ID,
    ),
    "two-request-ids": inner(b"<request_id>a</request_id>" + USERS, "<request_id>"),
    "two-roots": Bad(body(lambda seen: document(seen) + OPEN[22:] + SHUT), "after the end"),
    "answer-of-another-endpoint": inner(b"<pbx_pending>false</pbx_pending>", "<pbx_pending>"),
    "script-as-an-element": inner(b"<script>alert(1)</script>", "<script>"),
    "markup-in-a-number": inner(USERS.replace(b"100", b"&lt;script&gt;alert(1)"), "<script>"),
    "direction-turned-in-a-number": inner(
        USERS.replace(b"100", "\u202e001\u009b2J".encode()), "\\u202e001\\x9b2J"
    ),
}  # fmt: skip

CORPUS: dict[str, Bad] = {
    **ENTITIES, **SIZES, **PACKED, **HEADS, **FRAMES, **ENCODINGS, **CONTENTS
}  # fmt: skip

PERMITTED: dict[str, Answer] = {
    "as-documented": body(document),
    "interim-answers-first": once(
        lambda seen: b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3 + whole(document(seen))
    ),
    "up-to-the-close": once(
        lambda seen: head("Content-Type: text/xml").replace(b"1.1", b"1.0") + document(seen)
    ),
    "chunks-of-one-byte": once(
        lambda seen: chunks(*(bytes([byte]) for byte in document(seen))) + b"0\r\n\r\n"
    ),
    "chunks-with-extensions-and-trailers": once(
        lambda seen: (
            head("Transfer-Encoding: chunked")
            + b"%x;a=b\r\n%b\r\n" % (len(document(seen)), document(seen))
            + b"0;z\r\nX-Sum: 1\r\n\r\n"
        )
    ),
    "empty-lines-in-chunks": once(
        lambda seen: chunks(document(seen, b"\r\n\r\n\n\n" + USERS + b"\n\n")) + b"0\r\n\r\n"
    ),
    "folded-and-doubled-fields": body(
        document, "Content-Type: application/xml;\r\n charset=utf-8", "X: 1", "X: 2"
    ),
    "length-said-twice": once(
        lambda seen: head(*[f"Content-Length: {len(document(seen))}"] * 2) + document(seen)
    ),
    "a-line-end-too-many": once(lambda seen: whole(document(seen)) + b"\r\n"),
    "plain-under-a-coding": body(document, "Content-Encoding: utf-8"),
    "a-charset-that-nobody-knows": body(document, "Content-Type: text/xml; charset=kalliope"),
    "a-type-of-its-own": body(document, "Content-Type: \x1b[31mtext/kpbx"),
    "utf-16": body(lambda seen: document(seen).decode().encode("utf-16")),
    "where-schemas-lie": body(
        lambda seen: document(seen).replace(
            b"<kpbx_response>",
            b'<kpbx_response xmlns:x="http://www.w3.org/2001/XMLSchema-instance" '
            b'x:noNamespaceSchemaLocation="http://elsewhere.local/x.xsd">',
        )
    ),
    "a-style-sheet": body(
        lambda seen: document(seen).replace(
            b"?>", b'?><?xml-stylesheet href="http://elsewhere.local"?>'
        )
    ),
    "a-little-later": lambda seen: iter(
        [whole(document(seen))[:50], 0.2, whole(document(seen))[50:]]
    ),
    "a-text-of-nine-megabytes": body(
        lambda seen: document(seen).replace(b"Rossi", b"R" * 9_000_000)
    ),
}  # fmt: skip
