"""Values outside a type of the guide's documents, made from a right one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from conformance.schema.model import XS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element as Element

    from conformance.schema.model import Model

__all__ = ["Spoil", "spoils"]

Spoil: TypeAlias = "Callable[[str], str | None]"
"""Makes a wrong value of a right one; None where this one stays as it is."""

_TIMESTAMP = "%Y-%m-%d %H:%M:%S"


def _unless_empty(make: Callable[[str], str]) -> Spoil:
    return lambda text: make(text) if text.strip() else None


def _if_empty(text: str) -> Spoil:
    return lambda found: None if found.strip() else text


def _of(words: Mapping[str, str]) -> Spoil:
    return lambda text: words.get(text.strip())


def _time(form: str) -> Spoil:
    def rewrite(text: str) -> str:
        moment = datetime.strptime(text.strip(), _TIMESTAMP)  # noqa: DTZ007 - PBX local time
        return moment.strftime(form)

    return _unless_empty(rewrite)


_DECIMAL = _unless_empty(lambda text: f"{text}.0")
_ISO, _DAY_FIRST = _time("%Y-%m-%dT%H:%M:%S"), _time("%d/%m/%Y %H:%M:%S")
_NUMBER = {"decimal": _DECIMAL, "empty": lambda _: ""}
_EMPTY_NUMBER = {"decimal": _DECIMAL, "dash": _if_empty("-")}

_BY_TYPE: Mapping[str, Mapping[str, Spoil]] = {
    "true_false": {
        "as-digit": _of({"true": "1", "false": "0"}),
        "capital": str.capitalize,
    },
    "whole_number": _NUMBER,
    "whole_number_or_empty": _EMPTY_NUMBER,
    "selection_or_empty": _EMPTY_NUMBER,
    "extension": {"with-technology": lambda text: f"SIP/{text}", "empty": lambda _: ""},
    "non_blank": {"blank": lambda _: " "},
    "ipv4": {"out-of-range": lambda _: "192.168.0.256", "with-prefix": lambda text: f"{text}/24"},
    "ipv4_or_empty": {
        "out-of-range": _unless_empty(lambda _: "192.168.0.256"),
        "unknown": _if_empty("(null)"),
    },
    "netmask": {"as-prefix": lambda _: "24", "incomplete": lambda _: "255.255.255"},
    "cidr": {
        "without-prefix": lambda text: text.partition("/")[0],
        "netmask": lambda text: f"{text.partition('/')[0]}/255.255.255.0",
    },
    "port_or_empty": {"out-of-range": _unless_empty(lambda _: "65536"), "minus": _if_empty("-1")},
    "rtt_or_empty": {
        "without-unit": _unless_empty(lambda text: text.split()[0]),
        "without-blank": _unless_empty(lambda text: text.replace(" ", "")),
    },
    "timestamp": {"iso-8601": _ISO, "day-first": _DAY_FIRST, "empty": lambda _: ""},
    "timestamp_or_empty": {"iso-8601": _ISO, "zeros": lambda _: "0000-00-00 00:00:00"},
    "md5": {"short": lambda text: text[:-1]},
    "md5_or_empty": {"short": _unless_empty(lambda text: text[:-1])},
    "firmware_version": {
        "without-build": lambda text: text.partition("-")[0],
        "with-letter": lambda text: f"v{text}",
    },
}


def spoils(model: Model, declaration: Element) -> Mapping[str, Spoil]:
    """What can be wrong with the value of an element, by name; nothing where any text is right."""
    content = model.type_of(declaration)
    if content is None or content.tag != f"{XS}simpleType":
        return {}
    known = _BY_TYPE.get(content.get("name", ""))
    return _of_words(content) if known is None else known


def _of_words(content: Element) -> Mapping[str, Spoil]:
    words = [node.get("value", "") for node in content.iter(f"{XS}enumeration")]
    if not words:
        return {}
    if any(word.isdigit() for word in words):
        return {"unknown": _unless_empty(lambda _: "77")}
    return {
        "unknown": _unless_empty(lambda _: "SOMETHING_ELSE"),
        "other-case": _unless_empty(str.swapcase),
    }
