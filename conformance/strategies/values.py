"""A strategy for the values of each simple type, from the type's facets.

Enumerations, lengths and bounds are read from the schema. A pattern is drawn by `from_regex`,
which is slow; for the patterns of the project's own types a flat draw says the same (an address is
an integer, a timestamp is a datetime), and `tests/strategies` holds each of these against the type.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from xmlschema.validators import XsdUnion

from conformance.strategies.text import non_blank, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from xmlschema.validators import XsdSimpleType

__all__ = ["FLAT", "simple_values"]

LARGEST_IPV4 = 2**32 - 1
EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2037, 12, 31, 23, 59, 59)  # noqa: DTZ001
WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _addresses() -> st.SearchStrategy[str]:
    return st.integers(0, LARGEST_IPV4).map(lambda number: str(ipaddress.IPv4Address(number)))


def _netmasks() -> st.SearchStrategy[str]:
    return st.integers(0, 32).map(lambda bits: str(ipaddress.ip_network((0, bits)).netmask))


def _networks() -> st.SearchStrategy[str]:
    def network(drawn: tuple[int, int]) -> str:
        return str(ipaddress.ip_network(drawn, strict=False))

    return st.tuples(st.integers(0, LARGEST_IPV4), st.integers(1, 32)).map(network)


def _timestamps() -> st.SearchStrategy[str]:
    seconds = int((LATEST - EARLIEST).total_seconds())
    base = int(EARLIEST.timestamp())
    return st.integers(0, seconds).map(
        lambda offset: datetime.fromtimestamp(base + offset).strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ006
    )


def _numbers(largest: int) -> st.SearchStrategy[str]:
    return st.integers(0, largest).map(str)


def _versions() -> st.SearchStrategy[str]:
    parts = st.tuples(*[st.integers(0, 20)] * 3, st.integers(0, 9999))
    return parts.map(lambda drawn: "{}.{}.{}-{:04}".format(*drawn))


def _digests() -> st.SearchStrategy[str]:
    return st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")


# By the name of the type in xsd/types.xsd and xsd/envelope.xsd.
FLAT: dict[str, Callable[[], st.SearchStrategy[str]]] = {
    "cidr": _networks,
    "extension": lambda: st.integers(1, 99999).map(str),
    "firmware_version": _versions,
    "ipv4": _addresses,
    "md5": _digests,
    "netmask": _netmasks,
    "non_blank": non_blank,
    "owner": lambda: st.integers(-1, 99999).filter(bool).map(str),
    "request_id": lambda: st.text(WORD, min_size=1, max_size=24),
    "selection_or_empty": lambda: st.just("") | _numbers(99999),
    "timestamp": _timestamps,
    "whole_number": lambda: _numbers(10**6),
    "whole_number_or_empty": lambda: st.just("") | _numbers(10**6),
}


def simple_values(kind: XsdSimpleType) -> st.SearchStrategy[str]:
    """Values of a simple type, as they stand in a document."""
    if kind.name in FLAT:
        return FLAT[kind.name]()
    if kind.enumeration is not None:
        return st.sampled_from([str(value) for value in kind.enumeration])
    if isinstance(kind, XsdUnion):
        return st.one_of(*(simple_values(member) for member in kind.member_types))
    if kind.patterns is not None:
        return _patterns(kind)
    if kind.min_length or kind.max_length is not None:
        return st.text(WORD, min_size=kind.min_length or 0, max_size=kind.max_length or 64)
    return text()


def _patterns(kind: Any) -> st.SearchStrategy[str]:
    alternatives = [re.compile(pattern.pattern) for pattern in kind.patterns.patterns]
    return st.one_of(*(st.from_regex(one, fullmatch=True) for one in alternatives))
