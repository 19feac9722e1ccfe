"""A strategy for the values of each simple type, from the type's facets.

Enumerations, lengths, bounds and patterns are read from the schema, so that another facet there
draws other values. A pattern is drawn by `from_regex`, which is slow; for the patterns of the
project's own types a flat draw says the same (an address is an integer, a timestamp is one of
seconds), found by the text of the pattern. `tests/strategies` holds each of these against its type.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from xmlschema.validators import XsdUnion

from conformance.strategies.text import any_texts, non_blank, non_blank_texts, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from xmlschema.validators import XsdSimpleType

__all__ = ["FLAT", "WORD", "addresses", "networks", "simple_values", "timestamps", "value_draws"]

LARGEST_IPV4 = 2**32 - 1
EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2037, 12, 31, 23, 59, 59)  # noqa: DTZ001
WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# What a bound or a length leaves open ends here.
LARGEST, LONGEST, PLACES = 10**6, 64, 2
OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
ADDRESS = rf"({OCTET}\.){{3}}{OCTET}"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"


def addresses() -> st.SearchStrategy[str]:
    """IPv4 addresses."""
    return st.integers(0, LARGEST_IPV4).map(lambda number: str(ipaddress.IPv4Address(number)))


def _netmasks() -> st.SearchStrategy[str]:
    masks = tuple(str(ipaddress.ip_network((0, bits)).netmask) for bits in range(33))
    return st.sampled_from(masks)


def networks(within: str = "0.0.0.0/0") -> st.SearchStrategy[str]:
    """Networks inside another one, as aa.bb.cc.dd/NN."""
    whole = ipaddress.IPv4Network(within)
    first, size = int(whole.network_address), whole.num_addresses
    least = max(1, whole.prefixlen)

    def network(drawn: tuple[int, int]) -> str:
        return str(ipaddress.ip_network((first + drawn[0], drawn[1]), strict=False))

    return st.tuples(st.integers(0, size - 1), st.integers(least, 32)).map(network)


def timestamps(first: datetime = EARLIEST, last: datetime = LATEST) -> st.SearchStrategy[str]:
    """Moments, as YYYY-MM-DD hh:mm:ss."""
    seconds = int((last - first).total_seconds())
    return st.integers(0, seconds).map(
        lambda offset: (first + timedelta(seconds=offset)).strftime("%Y-%m-%d %H:%M:%S")
    )


def _numbers() -> st.SearchStrategy[str]:
    return st.integers(0, LARGEST).map(str)


def _numbers_or_empty() -> st.SearchStrategy[str]:
    return st.just("") | _numbers()


def _owners() -> st.SearchStrategy[str]:
    return st.just("-1") | _numbers()


def _versions() -> st.SearchStrategy[str]:
    parts = st.tuples(*[st.integers(0, 20)] * 3, st.integers(0, 9999))
    return parts.map(lambda drawn: "{}.{}.{}-{:04}".format(*drawn))


def _digests() -> st.SearchStrategy[str]:
    return st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")


@cache
def _request_ids() -> st.SearchStrategy[str]:
    # The pattern would let an empty one in, of which the guide says nothing.
    return st.text(WORD, min_size=1, max_size=24)


# By the patterns of the types in xsd/types.xsd. Another pattern there is drawn by `from_regex`.
FLAT: dict[tuple[str, ...], Callable[[], st.SearchStrategy[str]]] = {
    (ADDRESS,): addresses,
    (ADDRESS + "/(3[0-2]|[12]?[0-9])",): networks,
    (
        r"(0|128|192|224|240|248|252|254)\.0\.0\.0",
        r"255\.(0|128|192|224|240|248|252|254)\.0\.0",
        r"255\.255\.(0|128|192|224|240|248|252|254)\.0",
        r"255\.255\.255\.(0|128|192|224|240|248|252|254|255)",
    ): _netmasks,
    ("[0-9]+",): _numbers,
    ("[0-9]*",): _numbers_or_empty,
    ("-1|[0-9]+",): _owners,
    ("[0-9A-Fa-f]{32}",): _digests,
    (r"[0-9]+\.[0-9]+\.[0-9]+-[0-9]{4}",): _versions,
    ("[A-Za-z0-9]*",): _request_ids,
    (
        f"[0-9]{{4}}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]) {CLOCK}",
        f"[0-9]{{4}}-(0[469]|11)-(0[1-9]|[12][0-9]|30) {CLOCK}",
        f"[0-9]{{4}}-02-(0[1-9]|1[0-9]|2[0-8]) {CLOCK}",
        f"{LEAP_YEAR}-02-29 {CLOCK}",
    ): timestamps,
}


def simple_values(kind: XsdSimpleType) -> st.SearchStrategy[str]:
    """Values of a simple type, as they stand in a document."""
    if kind.enumeration is not None:
        return st.sampled_from([str(value) for value in kind.enumeration])
    if isinstance(kind, XsdUnion):
        return st.one_of(*(simple_values(member) for member in kind.member_types))
    if kind.patterns is not None:
        return _patterns(kind)
    if kind.is_decimal():
        return _bounded(kind)
    if kind.is_boolean():
        return st.sampled_from(("false", "true"))
    if not _is_text(kind):
        raise TypeError(f"{kind.name}: the project's schemas have no lists, and no dates of XML")
    return _texts(kind)


def value_draws(kind: XsdSimpleType) -> tuple[st.SearchStrategy[str], ...]:
    """The same as alternatives, of which a flat draw takes one along with others (see `plan`)."""
    if _is_text(kind) and kind.max_length is None and (kind.min_length or 0) <= 1:
        return non_blank_texts() if kind.min_length else any_texts()
    return (simple_values(kind),)


def _is_text(kind: Any) -> bool:
    special = isinstance(kind, XsdUnion) or kind.is_decimal() or kind.is_boolean()
    plain = kind.enumeration is None and kind.patterns is None
    return plain and not (special or kind.is_datetime() or kind.is_list())


def _patterns(kind: Any) -> st.SearchStrategy[str]:
    """Values of a type with patterns; what else restricts it is left to a filter."""
    flat = FLAT.get(tuple(kind.patterns.regexps))
    alone = kind.min_length is None and kind.max_length is None and not kind.is_decimal()
    if flat is not None and alone:
        return flat()
    patterns = [re.compile(pattern.pattern) for pattern in kind.patterns.patterns]
    drawn = st.one_of(*(st.from_regex(one, fullmatch=True) for one in patterns))
    return drawn.filter(kind.is_valid)


def _bounded(kind: Any) -> st.SearchStrategy[str]:
    """Numbers within the bounds of a type, whole where it is one of integers."""
    places = 0 if _is_whole(kind) else PLACES
    low = _bound(kind.min_value, -LARGEST, places, ceil)
    high = _bound(kind.max_value, max(LARGEST, low + LARGEST), places, floor)
    if kind.min_value is None and kind.max_value is not None:
        low = min(low, high - LARGEST)
    numbers = st.integers(low, high).map(lambda n: str(Decimal(n).scaleb(-places)))
    return numbers.filter(kind.is_valid)


def _is_whole(kind: Any) -> bool:
    """Whether a type of numbers is derived from xs:integer."""
    while kind is not None and kind.local_name != "integer":
        kind = kind.base_type
    return kind is not None


def _bound(value: Any, otherwise: int, places: int, towards: Callable[[Any], int]) -> int:
    return otherwise if value is None else towards(Decimal(str(value)).scaleb(places))


def _texts(kind: XsdSimpleType) -> st.SearchStrategy[str]:
    """Texts of the lengths that a type allows; any at all where it names none."""
    least, most = kind.min_length or 0, kind.max_length
    if most is None and least <= 1:
        return non_blank() if least else text()
    most = max(least, LONGEST) if most is None else most
    return st.text(WORD, min_size=least, max_size=most)
