"""Permitted behaviour that concerns every answer: how it is written, how it travels."""

from __future__ import annotations

import re
from copy import deepcopy
from http import HTTPStatus
from typing import TYPE_CHECKING

from lxml import etree
from starlette.responses import Response, StreamingResponse

from conformance.detection.responses import (
    CloseDelimited,
    Cut,
    Late,
    code_in,
    is_xml,
    rewritten,
    with_body,
)
from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import intercepting, shaping
from conformance.emulator.document import add
from conformance.emulator.replies import Document, Refusal
from conformance.emulator.seeded import Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lxml.etree import _Element as Element

    from conformance.emulator.dispatch import Answer
    from conformance.emulator.pbx import Pbx
    from conformance.emulator.replies import Reply
    from conformance.emulator.routing import ApiRequest

    Row = tuple[str, str, Alteration]

__all__ = ["usual_variants"]

DECLARATION = b'<?xml version="1.0"?>\n'
SLOW_S, LONG = 0.1, 4096
XML_10, HTTP, RFC_7617 = "XML 1.0", "RFC 9110, RFC 9112", "RFC 7617"


def usual_variants() -> Iterator[Variant]:
    """Everything that a PBX may do with all its answers."""
    for rows, clause in (
        (_STATUSES, "Error codes and messages"),
        (_WRITING, "Introduction"),
        (_CONTENT, "throughout"),
        (_TRANSPORT, "Introduction"),
        (_REFUSALS, "Introduction"),
        (_UNKNOWN, "every GET of one object"),
    ):
        for name, (permission, title, alteration) in rows.items():
            yield Variant(
                id=f"api.{name}",
                title=title,
                clause=clause,
                permission=permission,
                alteration=alteration,
            )


def _answers(change: Callable[[Response], Response]) -> Alteration:
    """Change the answers to requests that reached the API."""
    return Alteration(respond=lambda request, response: change(response) if request else response)


def _bytes(change: Callable[[bytes], bytes]) -> Alteration:
    return _answers(rewritten(change))


def _again(write: Callable[[Element], bytes]) -> Alteration:
    """Write answers anew from their tree."""
    return _bytes(lambda body: write(etree.fromstring(body)))


def _elements(edit: Callable[[Element], None]) -> Alteration:
    """Change every element of every answer; children first."""

    def shape(root: Element) -> None:
        for element in reversed(list(root.iter(etree.Element))):
            edit(element)

    return shaping(by=shape)


def _encoded(encoding: str) -> Callable[[Element], bytes]:
    return lambda root: etree.tostring(root, encoding=encoding, xml_declaration=True)


def _undeclared(root: Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _indented(space: str, newline: bytes) -> Callable[[Element], bytes]:
    def write(root: Element) -> bytes:
        etree.indent(root, space)
        return (DECLARATION + _undeclared(root) + b"\n").replace(b"\n", newline)

    return write


# --- statuses and messages -------------------------------------------------------------------


def _status(number: int, wanted: Callable[[int], bool] = bool) -> Alteration:
    """Another status for some codes, with the documented body."""

    def respond(response: Response) -> Response:
        code = code_in(response)
        if code is not None and wanted(code):
            response.status_code = number
        return response

    return _answers(respond)


def _status_by_message(response: Response) -> Response:
    """The statuses that a designer of REST interfaces would choose."""
    if not code_in(response):
        return response
    body = bytes(response.body).lower()
    words = {
        b"request_not_allowed": 403, b"authentication": 403, b"not exist": 404, b"not found": 404,
        b"already": 409, b"not saved": 503, b"not deleted": 503, b"internal": 500,
    }  # fmt: skip
    response.status_code = next((number for word, number in words.items() if word in body), 400)
    return response


def _messages(change: Callable[[str], str]) -> Alteration:
    def edit(element: Element) -> None:
        if element.tag == "message" and element.text:
            element.text = change(element.text)

    return _elements(edit)


_STATUSES: Mapping[str, Row] = {
    "status.400": ("RD-10", "HTTP 400 beside every code but 0", _status(400)),
    "status.422": ("RD-10", "HTTP 422 beside every code but 0", _status(422)),
    "status.500": ("RD-10", "HTTP 500 with the documented body", _status(500)),
    "status.by-meaning": ("RD-10", "HTTP 403, 404, 409 and 503", _answers(_status_by_message)),
    "status.gate-402": ("RD-10", "HTTP 402 at the gate", _status(402, lambda code: code < 4)),  # noqa: PLR2004
    "message.lower-case": ("RD-33", "messages in lower case", _messages(str.lower)),
    "message.upper-case": ("RD-33", "messages in capitals", _messages(str.upper)),
    "message.folded": (
        "RD-33",
        "messages broken into lines",
        _messages(lambda text: f"\n    {text.replace(' ', '  ')}\n  "),
    ),
}

# --- how XML is written ----------------------------------------------------------------------


def _reordered(element: Element) -> None:
    """Have the parts of a record in another order; those of a list stay."""
    if len({child.tag for child in element}) == len(element):
        element[:] = sorted(element, key=lambda child: str(child.tag)[::-1])


def _reversed(element: Element) -> None:
    if len({child.tag for child in element}) == len(element):
        element[:] = list(element)[::-1]


def _opened(element: Element) -> None:
    if not len(element) and not element.text:
        element.text = ""


def _commented(element: Element) -> None:
    if len(element):
        element.insert(0, etree.Comment(f" of {element.tag!s} "))
        element.append(etree.Comment(" & <so> on "))


def _instructed(element: Element) -> None:
    if len(element):
        element.insert(0, etree.ProcessingInstruction("kpbx", "shown"))


def _in_cdata(element: Element) -> None:
    if not len(element) and element.text and "]]>" not in element.text:
        element.text = etree.CDATA(element.text)


def _references(body: bytes) -> bytes:
    """Write the first character of each value as a reference."""
    text = body.decode()
    return re.sub(r">([^<&\s])([^<]*)</", lambda m: f">&#x{ord(m[1]):x};{m[2]}</", text).encode()


_WRITING: Mapping[str, Row] = {
    "xml.no-declaration": ("RD-29", "no XML declaration", _again(_undeclared)),
    "xml.encoding-declared": ("RD-29", "UTF-8 is declared", _again(_encoded("UTF-8"))),
    "xml.iso-8859-1": (XML_10, "ISO-8859-1, rightly declared", _again(_encoded("ISO-8859-1"))),
    "xml.utf-16": (XML_10, "UTF-16, rightly declared", _again(_encoded("UTF-16"))),
    "xml.ascii": (XML_10, "ASCII, all else as references", _again(_encoded("US-ASCII"))),
    "xml.standalone": (
        XML_10,
        "a declaration in single quotes that says standalone",
        _again(lambda root: etree.tostring(root, encoding="UTF-8", standalone=True)),
    ),
    "xml.bom": (XML_10, "a byte order mark", _bytes(lambda body: b"\xef\xbb\xbf" + body)),
    "xml.indented": (XML_10, "indented with blanks", _again(_indented("  ", b"\n"))),
    "xml.indented-tabs": (XML_10, "indented with tabs, CRLF", _again(_indented("\t", b"\r\n"))),
    "xml.final-newlines": (XML_10, "empty lines at the end", _bytes(lambda body: body + b"\r\n\n")),
    "xml.references": (XML_10, "characters as references", _bytes(_references)),
    "xml.cdata": (XML_10, "values in CDATA sections", _elements(_in_cdata)),
    "xml.open-and-close": (XML_10, "empty elements with two tags", _elements(_opened)),
    "xml.comments": (XML_10, "comments between elements", _elements(_commented)),
    "xml.instructions": (XML_10, "processing instructions", _elements(_instructed)),
    "xml.blanks-in-tags": (
        XML_10,
        "white space within tags",
        _bytes(lambda body: re.sub(rb"(</?[a-z_0-9]+)(/?>)", rb"\1 \n\2", body)),
    ),
    "order.reversed": ("RD-27", "elements from last to first", _elements(_reversed)),
    "order.shuffled": ("RD-27", "elements in some order", _elements(_reordered)),
}

# --- what answers hold -----------------------------------------------------------------------


def _spaced(element: Element) -> None:
    if element.text in {"true", "false"} and element.tag != "request_id":
        element.text = f" {element.text}\n"


def _trimmed(element: Element) -> None:
    if not len(element) and element.tag != "request_id" and element.text:
        element.text = element.text.strip() or None


def _id_last(root: Element) -> None:
    for element in root.findall("request_id"):
        root.append(element)


def _unasked(text: str) -> Alteration:
    def shape(request: ApiRequest, root: Element) -> None:
        if request.request_id is None:
            root.insert(0, add(root, "request_id", text))

    return Alteration(shape=shape)


def _doubled_list(root: Element) -> None:
    """Turn the records of every list round: no order of them is promised."""
    for container in root:
        tags = [child.tag for child in container]
        if len(tags) > 1 and len(set(tags)) == 1:
            container[:] = list(container)[::-1]


_CONTENT: Mapping[str, Row] = {
    "booleans.spaced": ("RD-25", "white space around true and false", _elements(_spaced)),
    "texts.trimmed": ("RD-47", "texts without blanks at their ends", _elements(_trimmed)),
    "request-id.last": ("RD-27", "request_id comes last", shaping(by=_id_last)),
    "request-id.empty-unasked": ("RD-49", "an empty request_id where none was sent", _unasked("")),
    "request-id.value-unasked": ("RD-49", "a request_id where none was sent", _unasked("none")),
    "lists.from-the-end": ("RD-27", "lists from last to first", shaping(by=_doubled_list)),
}

# --- how they travel -------------------------------------------------------------------------


def _typed(media_type: str) -> Alteration:
    def respond(response: Response) -> Response:
        if not is_xml(response):
            return response
        typed = with_body(response, bytes(response.body))
        del typed.headers["content-type"]
        if media_type:
            typed.headers["Content-Type"] = media_type
        return typed

    return _answers(respond)


def _headed(headers: Mapping[str, str]) -> Alteration:
    def respond(response: Response) -> Response:
        for name, value in headers.items():
            response.headers[name] = value
        return response

    return _answers(respond)


def _cased(change: Callable[[bytes], bytes]) -> Alteration:
    def respond(_: ApiRequest | None, response: Response) -> Response:
        response.raw_headers = [(change(name), value) for name, value in response.raw_headers]
        return response

    return Alteration(respond=respond)


def _in_pieces(size: int) -> Callable[[Response], Response]:
    def respond(response: Response) -> Response:
        if isinstance(response, StreamingResponse):
            return response
        body = bytes(response.body)
        headers = {k: v for k, v in response.headers.items() if k != "content-length"}
        # Of a long answer, hundreds of thousands of tiny pieces would only take time.
        step = size if len(body) <= LONG else max(size, LONG)
        pieces = (body[at : at + step] for at in range(0, len(body), step))
        return StreamingResponse(pieces, response.status_code, headers)

    return respond


def _until_closed(response: Response) -> Response:
    return response if isinstance(response, StreamingResponse) else CloseDelimited(response)


def _slow(response: Response) -> Response:
    return Late(response, SLOW_S) if is_xml(response) and len(response.body) > LONG else response


_PHP = {
    "Server": "lighttpd/1.4.28",
    "X-Powered-By": "PHP/5.3.3",
    "Cache-Control": "no-store, no-cache, must-revalidate",
    "Pragma": "no-cache",
    "Expires": "Thu, 19 Nov 1981 08:52:00 GMT",
    "Set-Cookie": "PHPSESSID=0f2b6a1c9d; path=/",
}

_TRANSPORT: Mapping[str, Row] = {
    "type.text-xml": ("RD-40", "text/xml", _typed("text/xml")),
    "type.text-xml-charset": ("RD-40", "a charset", _typed("text/xml; charset=utf-8")),
    "type.charset": ("RD-40", "a quoted charset", _typed('application/xml; charset="UTF-8"')),
    "type.own": ("RD-40", "an XML type of its own", _typed("application/vnd.kpbx+xml")),
    "type.html": ("RD-40", "XML that comes as text/html", _typed("text/html; charset=UTF-8")),
    "type.none": ("RD-40", "no Content-Type", _typed("")),
    "http.chunked": (HTTP, "chunked transfer coding", _answers(_in_pieces(1024))),
    "http.small-chunks": (HTTP, "short answers in chunks of seven bytes", _answers(_in_pieces(7))),
    "http.connection-close": (HTTP, "one answer a connection", _headed({"Connection": "close"})),
    "http.until-closed": (HTTP, "HTTP/1.0: a body ends with the connection",
                          _answers(_until_closed)),
    "http.headers-lower-case": (HTTP, "header names in lower case", _cased(bytes.lower)),
    "http.headers-upper-case": (HTTP, "header names in capitals", _cased(bytes.upper)),
    "http.more-headers": (HTTP, "headers and cookies of a web application", _headed(_PHP)),
    "http.slow-lists": (HTTP, "long answers take 100 ms", _answers(_slow)),
}  # fmt: skip

# --- what is not described -------------------------------------------------------------------


def _refused(status: int, make: Callable[[Response], Response]) -> Alteration:
    """Change the answers to requests that never reached the API."""

    def respond(request: ApiRequest | None, response: Response) -> Response:
        return make(response) if not request and response.status_code == status else response

    return Alteration(respond=respond)


def _bodied(body: bytes, media_type: str) -> Callable[[Response], Response]:
    def make(response: Response) -> Response:
        kept = {k: v for k, v in response.headers.items() if not k.startswith("content-")}
        return Response(body, response.status_code, kept, media_type)

    return make


def _challenged(*challenges: str) -> Callable[[Response], Response]:
    def make(response: Response) -> Response:
        del response.headers["www-authenticate"]
        for challenge in challenges:
            response.headers.append("WWW-Authenticate", challenge)
        return response

    return make


def _instead(number: int) -> Callable[[Response], Response]:
    return lambda _: Response(f"error {number}", number)


_DOCUMENT = b"<kpbx_response><error><code>401</code><message>No</message></error></kpbx_response>"
_PAGE = b"<!DOCTYPE html><html><body><h1>Unauthorized</h1></body></html>"

_REFUSALS: Mapping[str, Row] = {
    "refusal.xml": ("RD-11", "401 with XML", _refused(401, _bodied(_DOCUMENT, "application/xml"))),
    "refusal.page": ("RD-11", "401 with a page", _refused(401, _bodied(_PAGE, "text/html"))),
    "refusal.empty": ("RD-11", "401 without a body", _refused(401, _bodied(b"", "text/plain"))),
    "refusal.lower-case": (
        RFC_7617,
        "a challenge in lower case",
        _refused(401, _challenged('basic realm="kpbx"')),
    ),
    "refusal.two-challenges": (
        RFC_7617,
        "Digest is offered as well, in a header of its own",
        _refused(401, _challenged('Digest realm="kpbx", nonce="5f1c"', 'Basic realm="kpbx"')),
    ),
    "refusal.one-list": (
        RFC_7617,
        "Digest is offered as well, in the same header",
        _refused(401, _challenged('Digest realm="kpbx", nonce="5f1c", Basic realm="kpbx"')),
    ),
    "unknown-path.500": ("RD-34", "HTTP 500 for unknown paths", _refused(404, _instead(500))),
    "unknown-path.cut": ("RD-34", "silence for unknown paths", _refused(404, lambda _: Cut())),
    "malformed.500": ("RD-34", "HTTP 500 for malformed XML", _refused(400, _instead(500))),
    "malformed.cut": ("RD-34", "silence for malformed XML", _refused(400, lambda _: Cut())),
    "wrong-method.404": ("RD-34", "HTTP 404 for a wrong method", _refused(405, _instead(404))),
}


def _unless_found(make: Callable[[Document], Reply]) -> Alteration:
    """What is answered to a GET of one object that does not exist."""

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        single = request.route.method == "GET" and "<" in request.route.path
        empty = isinstance(reply, Document) and not len(reply.content) and not reply.content.text
        return make(reply) if single and empty and isinstance(reply, Document) else reply

    return intercepting(by=intercept)


def _error_block(reply: Document) -> Reply:
    content = deepcopy(reply.content)
    block = add(content, "error")
    add(block, "code", "15")
    add(block, "message", "Not found")
    return Document(content, 15)


def _not_found(reply: Document) -> Reply:
    body = f"<kpbx_response><{reply.content.tag!s}/></kpbx_response>"
    return Refusal(HTTPStatus.NOT_FOUND, body, {"Content-Type": "application/xml"})


_UNKNOWN: Mapping[str, Row] = {
    "unknown-object.404": (
        "RD-13",
        "HTTP 404 for an object that does not exist",
        _unless_found(lambda _: Refusal(HTTPStatus.NOT_FOUND, "no such object")),
    ),
    "unknown-object.404-list": ("RD-13", "HTTP 404 with an empty list", _unless_found(_not_found)),
    "unknown-object.error": ("RD-13", "an error block", _unless_found(_error_block)),
}
