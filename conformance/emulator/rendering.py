"""Where a reply becomes an HTTP response: the one place that decides how answers look."""

import csv
import io
from collections.abc import Iterator, Sequence
from functools import singledispatchmethod
from itertools import chain, islice

from lxml import etree
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from conformance.emulator.alteration import Respond, Shape
from conformance.emulator.document import RESPONSE, add
from conformance.emulator.replies import (
    Attachment,
    Document,
    Outcome,
    Records,
    Refusal,
    Reply,
    Table,
)
from conformance.emulator.routing import ApiRequest

_DECLARATION = b'<?xml version="1.0"?>\n'

# More records than this are sent as they are made, in pieces of this size.
_AT_ONCE, _PIECE = 5000, 1 << 18


class Renderer:
    """Renders replies as the guide shows them: a declaration, HTTP 200 for every code.

    Args:
        shapes: What changes the trees of XML answers; with any, no answer is made piece by piece.
        responders: What changes the finished responses.
    """

    def __init__(self, shapes: Sequence[Shape] = (), responders: Sequence[Respond] = ()) -> None:
        self._shapes = shapes
        self._responders = responders

    def response(self, reply: Reply, request: ApiRequest | None) -> Response:
        """Return the response to send; there is no request where it never reached the API."""
        response = self._render(reply, request)
        if reply.last:
            response.headers["Connection"] = "close"
        for respond in self._responders:
            response = respond(request, response)
        return response

    @singledispatchmethod
    def _render(self, reply: Reply, _request: ApiRequest | None) -> Response:
        raise TypeError(f"no rendering for {type(reply).__name__}")

    @_render.register
    def _(self, reply: Outcome, request: ApiRequest | None) -> Response:
        container = etree.Element(reply.container)
        block = add(container, reply.block)
        add(block, "code", str(reply.code))
        add(block, "message", reply.message)
        return self._xml(Document(container), request)

    @_render.register
    def _(self, reply: Document, request: ApiRequest | None) -> Response:
        return self._xml(reply, request)

    @_render.register
    def _(self, reply: Records, request: ApiRequest | None) -> Response:
        first = list(islice(reply.records, _AT_ONCE))
        reply.records = chain(first, reply.records)
        if len(first) < _AT_ONCE or self._shapes:
            return self._xml(reply.document(), request)
        pieces = _pieces(reply, request.request_id if request else None)
        return StreamingResponse(pieces, media_type="application/xml")

    @_render.register
    def _(self, reply: Table, _request: ApiRequest | None) -> Response:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(reply.columns)
        writer.writerows(reply.rows)
        return Response(text.getvalue(), media_type="text/csv")

    @_render.register
    def _(self, reply: Attachment, _request: ApiRequest | None) -> Response:
        disposition = f'attachment; filename="{reply.filename}"'
        return Response(
            reply.data,
            media_type="application/octet-stream",
            headers={"Content-Disposition": disposition},
        )

    @_render.register
    def _(self, reply: Refusal, _request: ApiRequest | None) -> Response:
        return PlainTextResponse(
            reply.text + "\n", status_code=reply.status, headers=dict(reply.headers)
        )

    def _xml(self, reply: Document, request: ApiRequest | None) -> Response:
        root = etree.Element(RESPONSE)
        if request is not None and request.request_id is not None:
            add(root, "request_id", request.request_id)
        root.append(reply.content)
        if request is not None:
            for shape in self._shapes:
                shape(request, root)
        body = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
        return Response(_DECLARATION + body, media_type="application/xml")


def _pieces(reply: Records, request_id: str | None) -> Iterator[bytes]:
    buffer = io.BytesIO()
    buffer.write(_DECLARATION)
    with etree.xmlfile(buffer, encoding="UTF-8") as file, file.element(RESPONSE):
        if request_id is not None:
            with file.element("request_id"):
                file.write(request_id)
        with file.element(reply.content.tag):
            for child in reply.content:
                file.write(child)
            with file.element(reply.tag):
                for record in reply.records:
                    file.write(record)
                    if buffer.tell() > _PIECE:
                        yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.BytesIO) -> bytes:
    piece = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return piece
