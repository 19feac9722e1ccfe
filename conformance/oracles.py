"""What holds for every answer, whatever the check is about.

Each exchange of a run passes through here. So an answer that breaks its schema, a message that is
not the documented one or a lost request_id is found wherever it occurs, not only by the check that
was written for it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from conformance.verdict import Failure, Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from conformance.catalogue import Catalogue, Endpoint
    from conformance.wire.exchange import Exchange, Response

__all__ = ["Answer", "given_up", "judge", "same_message"]

XML_SUFFIX = "+xml"
XML_TYPES = ("application/xml", "text/xml")
# An answer of the API by its beginning: a backup may be XML of another kind.
_ANSWER = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>\s*)?<kpbx_response\b")


class Answer(Enum):
    """What kind of answer a request calls for."""

    XML = "the documented XML"
    CSV = "CSV, or the documented XML of an error"
    STREAM = "a binary stream, or the documented XML of an error"
    UNKNOWN_OBJECT = "whatever RD-13 permits for an object that does not exist"
    REFUSED = "a refusal of the credentials"
    ANYTHING = "anything (RD-34)"


def is_xml(media_type: str) -> bool:
    """Whether a media type is one of XML (RFC 7303)."""
    return media_type in XML_TYPES or media_type.endswith(XML_SUFFIX)


def same_message(found: str, documented: str) -> bool:
    """RD-33: white space folded, case ignored."""
    return " ".join(found.split()).casefold() == " ".join(documented.split()).casefold()


def carries_xml(answer: Answer, response: Response) -> bool:
    """Whether this answer is to be read as XML."""
    if answer is Answer.ANYTHING:
        return False
    if answer in {Answer.CSV, Answer.STREAM}:
        return is_xml(response.media_type) or bool(_ANSWER.match(response.body))
    return True


def judge(
    catalogue: Catalogue, exchange: Exchange, answer: Answer, earlier_ids: Collection[str]
) -> Iterator[Observation]:
    """Everything that this one exchange shows, apart from what its check looks for."""
    end, response = exchange.endpoint, exchange.response
    if end is None or response is None or answer in {Answer.ANYTHING, Answer.REFUSED}:
        return
    if answer is Answer.UNKNOWN_OBJECT and not _is_documented(exchange):
        return  # judged by the check, which knows what RD-13 permits
    if not carries_xml(answer, response):
        yield from _whole(end, exchange)
        return
    yield from _schema(end, exchange)
    if exchange.root is None:
        return
    yield from _message(catalogue, end, exchange)
    yield from _request_id(end, exchange, earlier_ids)


def _is_documented(exchange: Exchange) -> bool:
    return exchange.status == 200 and bool(exchange.validation and exchange.validation.valid)  # noqa: PLR2004


def _fail(requirement: str, expected: str, observed: str, exchange: Exchange) -> Observation:
    failure = Failure(expected, observed, (exchange,))
    return Observation(requirement, Verdict.FAIL, failure=failure)


def given_up(end: Endpoint, exchange: Exchange) -> bool:
    """Whether an answer is not whole because it is more than the harness takes, or waits for."""
    response = exchange.response
    oversized = response is not None and response.oversized
    return oversized or (exchange.timed_out and end.patience > 1)


def _whole(end: Endpoint, exchange: Exchange) -> Iterator[Observation]:
    """What holds for any body: it comes whole, and ends where its header fields say."""
    requirement, response = f"{end.slug}.response-schema", exchange.response
    if response is not None and given_up(end, exchange):
        yield Observation(requirement, Verdict.INCONC, exchange.lost)
    elif exchange.lost:
        yield _fail(requirement, "a whole answer", exchange.lost, exchange)
    elif exchange.surplus.strip():
        yield _fail(requirement, "an answer that ends where it says", exchange.unreadable, exchange)


def _schema(end: Endpoint, exchange: Exchange) -> Iterator[Observation]:
    response, validation = exchange.response, exchange.validation
    requirement = f"{end.slug}.response-schema"
    if response is None or validation is None:
        return
    problems = list(_whole(end, exchange))
    if exchange.lost:
        yield from problems
        return
    reasons = [exchange.unreadable, *(error.message for error in validation.errors[:3])]
    observed = "; ".join(dict.fromkeys(filter(None, reasons)))
    if not validation.well_formed:
        yield _fail("api.xml.well-formed", "a well-formed document", observed, exchange)
    elif validation.tree is not None:  # else a DTD was refused, and nothing behind it was read
        yield Observation("api.xml.well-formed", Verdict.PASS)
    if validation.valid and problems:
        yield from problems
        return
    if not validation.valid:
        if response.status != 200:  # noqa: PLR2004
            observed = f"HTTP {response.status} without the documented body: {observed}"
        yield _fail(requirement, "the documented answer", observed, exchange)
        return
    # An answer that is only a refusal shows nothing of what the endpoint answers otherwise.
    verdict = Verdict.PASS if _succeeded(end, exchange) else Verdict.NONE
    yield Observation(requirement, verdict, remarks=[*_http_remarks(response), *exchange.notes])


def _succeeded(end: Endpoint, exchange: Exchange) -> bool:
    return not exchange.gated and (exchange.code in {None, 0} or end.code(0) is None)


def _http_remarks(response: Response) -> Iterator[str]:
    if response.status != 200:  # noqa: PLR2004
        yield f"answered with HTTP {response.status} and the documented body (RD-10)"
    if not is_xml(response.media_type):
        kind = response.media_type or "no Content-Type"
        yield f"the XML came as {kind} (RD-40)"
    if response.content_coding:
        yield f"Content-Encoding says {response.content_coding!r}, but the XML came plain"


def _message(catalogue: Catalogue, end: Endpoint, exchange: Exchange) -> Iterator[Observation]:
    number = exchange.code
    if number is None:
        return
    if exchange.gated:
        code = next((code for code in catalogue.global_codes if code.code == number), None)
        requirement = f"api.license.message-{number}"
    else:
        code, requirement = end.code(number), f"{end.slug}.message-{number}"
    if code is None:
        return  # the schema says so already
    if same_message(exchange.message, code.message):
        yield Observation(requirement, Verdict.PASS)
    else:
        observed = f"the message was {exchange.message!r}"
        yield _fail(requirement, f"the message {code.message!r}", observed, exchange)


def _request_id(
    end: Endpoint, exchange: Exchange, earlier_ids: Collection[str]
) -> Iterator[Observation]:
    element = exchange.find("request_id")
    found = None if element is None else (element.text or "")
    if exchange.request_id is None:
        yield from _unasked(found, exchange, earlier_ids)
        return
    requirement = f"{end.slug}.request-id"
    if found == exchange.request_id:
        yield Observation(requirement, Verdict.PASS)
        return
    observed = "no request_id in the answer" if found is None else f"request_id was {found!r}"
    expected = f"request_id {exchange.request_id!r} directly under kpbx_response"
    yield _fail(requirement, expected, observed, exchange)


def _unasked(
    found: str | None, exchange: Exchange, earlier_ids: Collection[str]
) -> Iterator[Observation]:
    requirement = "api.request-id.optional"
    if found and found in earlier_ids:
        observed = f"the answer carries {found!r}, the request_id of an earlier request"
        yield _fail(requirement, "no request_id", observed, exchange)
    elif found:
        remark = f"a request without request_id was answered with request_id {found!r} (RD-49)"
        yield Observation(requirement, Verdict.PASS, remarks=[remark])
    else:
        yield Observation(requirement, Verdict.PASS)
