"""What a simple type allows, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.schema.model import XS, local

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from conformance.schema.model import Model

__all__ = ["SENTENCES", "allowed_values"]

NOTHING = "nothing (an empty element)"
# Types whose rule a reader understands sooner from a sentence than from its patterns.
SENTENCES = {
    "cidr": "a network as aa.bb.cc.dd/NN",
    "extension": "an extension number in digits",
    "firmware_version": "a firmware version as A.B.C-dddd",
    "ipv4": "an IPv4 address",
    "md5": "an md5 sum: 32 hexadecimal digits",
    "netmask": "a contiguous netmask as 255.255.255.0",
    "non_blank": "text that is not blank",
    "owner": "an extension number in digits, or -1",
    "port_or_empty": f"a port from 0 to 65535, or {NOTHING}",
    "request_id": "letters and digits",
    "rtt_or_empty": f"N ms, or {NOTHING}",
    "selection_or_empty": f"a number in digits, or {NOTHING}",
    "timestamp": "a timestamp YYYY-MM-DD hh:mm:ss of a day that exists",
    "whole_number": "a whole number in digits",
    "whole_number_or_empty": f"a whole number in digits, or {NOTHING}",
}
_BUILT_IN = {
    "string": "text",
    "normalizedString": "text",
    "token": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "int": "a whole number",
    "nonNegativeInteger": "a whole number of 0 or more",
    "positiveInteger": "a whole number of 1 or more",
}
_FACETS = {
    "length": "{} characters long",
    "minLength": "of at least {} characters",
    "maxLength": "of at most {} characters",
    "minInclusive": "not below {}",
    "maxInclusive": "not above {}",
}


def allowed_values(model: Model, declaration: Element, attribute: str = "type") -> str:
    """Say what an element may hold: a sentence, the values themselves, or the patterns.

    Args:
        model: the schema that the declaration belongs to.
        declaration: an element's declaration, or a restriction.
        attribute: where the declaration names its type.
    """
    content = model.type_of(declaration, attribute)
    if content is None:
        return _BUILT_IN.get(local(declaration.get(attribute, "string")), "text")
    return _of_type(model, content)


def _of_type(model: Model, content: Element) -> str:
    name = content.get("name", "")
    if name in SENTENCES:
        return SENTENCES[name]
    union = content.find(f"{XS}union")
    if union is not None:
        members = [model.type_named(member) for member in union.get("memberTypes", "").split()]
        named = [_of_type(model, member) for member in members if member is not None]
        return " or ".join(
            named + [_of_type(model, inner) for inner in union.iterchildren(f"{XS}simpleType")]
        )
    restriction = content.find(f"{XS}restriction")
    return "text" if restriction is None else _of_restriction(model, restriction)


def _of_restriction(model: Model, restriction: Element) -> str:
    values = [node.get("value", "") for node in restriction.iterchildren(f"{XS}enumeration")]
    if values:
        return _one_of(values)
    base = allowed_values(model, restriction, "base")
    patterns = [node.get("value", "") for node in restriction.iterchildren(f"{XS}pattern")]
    if patterns:
        return f"{base} that matches " + " or ".join(patterns)
    facets = [
        words.format(node.get("value"))
        for facet, words in _FACETS.items()
        for node in restriction.iterchildren(XS + facet)
    ]
    return " ".join([base, " and ".join(facets)]) if facets else base


def _one_of(values: list[str]) -> str:
    if values == [""]:
        return NOTHING
    shown = [value or NOTHING for value in values]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
