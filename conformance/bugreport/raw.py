"""Exchanges as they go over the wire: HTTP/1.1 messages, for a reader who knows nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.text import printable, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["answer_of", "raw"]

EVERYTHING = 1_000_000


def raw(
    exchanges: Sequence[dict[str, Any]],
    url: str,
    longest: int = EVERYTHING,
    conditions: Sequence[Sequence[str]] = (),
) -> str:
    """Requests and answers one after the other.

    Args:
        exchanges: as a results file has them.
        url: the PBX's.
        longest: how many characters of a body are shown.
        conditions: the lab conditions under which each was sent, as far as they are known.
    """
    known = [*conditions, *([()] * len(exchanges))]
    host = urlsplit(url).netloc
    blocks = (
        "\n".join(
            _lines(exchange, host, longest, f"{number + 1} of {len(exchanges)}", known[number])
        )
        for number, exchange in enumerate(exchanges)
    )
    return "\n".join(blocks) + "\n"


def _lines(
    exchange: dict[str, Any], host: str, longest: int, place: str, conditions: Sequence[str]
) -> Iterator[str]:
    yield f"### {place}"
    for condition in conditions:
        yield f"# under the lab condition {condition}"
    if exchange["broken"]:
        yield f"# not valid on purpose: {printable(exchange['broken'])}"
    yield printable(f"{exchange['method']} {exchange['path']} HTTP/1.1")
    yield printable(f"Host: {host}")
    yield from _headers(exchange["headers"].items())
    yield ""
    if exchange["body"]:
        yield _body(exchange["body"], longest)
        yield ""
    yield from _answer(exchange, longest)
    yield ""


def _headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (printable(f"{name}: {value}") for name, value in headers)


def _answer(exchange: dict[str, Any], longest: int) -> Iterator[str]:
    response = exchange["response"]
    if response is None:
        yield printable(f"# no answer: {exchange['lost']}")
        return
    yield f"HTTP/1.1 {response['status']}"
    yield from _headers(response["headers"].items())
    yield ""
    if response["body"]:
        yield _body(response["body"], longest)
    if exchange["lost"]:
        yield printable(f"# {exchange['lost']}")


def _body(text: str, longest: int) -> str:
    """A body, or its beginning and its end: what was just added stands there."""
    if len(text) <= longest:
        return visible(text)
    left_out = f"[… {len(text) - longest} characters left out …]"
    return visible(f"{text[: longest // 2]}\n{left_out}\n{text[-longest // 2 :]}")


def answer_of(exchanges: Sequence[dict[str, Any]]) -> str:
    """The body of the last answer; empty without one."""
    response = exchanges[-1]["response"] if exchanges else None
    return str(response["body"]) if response else ""
