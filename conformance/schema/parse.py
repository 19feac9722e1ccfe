"""A parser for documents of strangers: no DTD, no entities, no network, libxml2's limits kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from conformance.schema.errors import ForbiddenDoctype, NotWellFormed
from conformance.schema.prolog import Prolog

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

__all__ = ["hardened_parser", "not_well_formed", "parse", "refuse_doctype"]

_ERRORS = etree.ErrorTypes
# What libxml2 says of these is hard to read, or quotes the document.
_PLAIN: dict[int, str] = {
    _ERRORS.ERR_DOCUMENT_EMPTY: "no element at all",
    _ERRORS.ERR_DOCUMENT_END: "something after the end of the root element",
    _ERRORS.ERR_INVALID_CHAR: "a character that XML does not allow",
    _ERRORS.ERR_NAME_REQUIRED: "a name missing, or a bare '&' or '<' in text",
    _ERRORS.ERR_ENTITYREF_SEMICOL_MISSING: "an entity without ';' (a bare '&' in text?)",
    _ERRORS.ERR_INVALID_ENCODING: "bytes that are not in the declared encoding (UTF-8 if none is)",
    _ERRORS.ERR_LT_IN_ATTRIBUTE: "a '<' in an attribute",
    _ERRORS.ERR_GT_REQUIRED: "a tag without '>'",
    _ERRORS.ERR_TAG_NOT_FINISHED: "the end of the document inside an element",
}
_MISMATCH = re.compile(r"tag mismatch: (\S+) line (\d+) and (\S+)")
_LIMIT = re.compile(r",? (?:use|try) XML_PARSE_HUGE(?: option)?|: huge text node")
_FATAL_FROM = etree.ErrorLevels.ERROR
LIMITS = "256 levels of elements, 10 MB in one text or attribute"


def hardened_parser(
    *, transcoded: bool = False, instructions: bool = False
) -> etree.XMLPullParser[etree._Element]:
    """Return a parser to feed, which keeps no comments.

    Args:
        transcoded: what is fed is UTF-8 even if the document declares another encoding.
        instructions: report processing instructions as events, which somebody has to read.
    """
    return etree.XMLPullParser(
        events=("pi",) if instructions else (),
        encoding="utf-8" if transcoded else None,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        # Not collect_ids=False, tempting for speed: it makes libxml2 load external DTDs after all.
    )


def parse(data: bytes) -> Element:
    """Return the root element of a document.

    Raises:
        NotWellFormed: it breaks the rules of XML, or a limit of the parser.
        ForbiddenDoctype: it carries a DTD.
    """
    prolog = Prolog()
    text = prolog.feed(data, final=True)
    parser = hardened_parser(transcoded=prolog.transcoded)
    try:
        parser.feed(text)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise not_well_formed(parser, error) from None
    refuse_doctype(root)
    return root


def refuse_doctype(root: Element) -> None:
    """Refuse a DTD hidden in an encoding that the prolog's reader can't see through.

    Raises:
        ForbiddenDoctype: there is one.
    """
    if root.getroottree().docinfo.internalDTD is not None:
        raise ForbiddenDoctype(0)


def not_well_formed(
    parser: etree.XMLPullParser[Element], error: etree.XMLSyntaxError
) -> NotWellFormed:
    """Say in words what the parser stumbled over first; text of the document is not quoted."""
    fatal = [entry for entry in parser.feed_error_log if entry.level >= _FATAL_FROM]
    code, line, said = error.code, error.lineno, error.msg
    if fatal:
        code, line, said = fatal[0].type, fatal[0].line, fatal[0].message
    said = (said or "").partition("\n")[0]
    plain = _PLAIN.get(code)
    if plain is None:
        mismatch = _MISMATCH.search(said)
        if mismatch is not None:
            plain = f"the end tag </{mismatch[3]}> inside <{mismatch[1]}> of line {mismatch[2]}"
    if _LIMIT.search(said):
        return NotWellFormed(line or 0, _LIMIT.sub("", said), LIMITS)
    return NotWellFormed(line or 0, plain or said[:1].lower() + said[1:])
