"""Documents changed at random: what is left may be valid, invalid or not XML at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from lxml.etree import _Element as Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
TEXTS = ("", " ", "x", "0", "8", "  8 ", "2014-02-30 00:00:00", "ä李", "\n\n", "&<>")
ATTRIBUTES = (
    ("a", "1"),
    (f"{{{XSI}}}type", "call"),
    (f"{{{XSI}}}type", "xs:string"),
    (f"{{{XSI}}}type", "contacts"),
    (f"{{{XSI}}}nil", "true"),
    (f"{{{XSI}}}schemaLocation", "urn:a nowhere.xsd"),
    (f"{{{XSI}}}noNamespaceSchemaLocation", "nowhere.xsd"),
    ("{http://www.w3.org/XML/1998/namespace}id", "i"),
)
ENCODINGS = ("utf-8", "utf-8", "utf-16", "iso-8859-1", "us-ascii")


def _some(root: Element, random: Random) -> Element:
    return random.choice(list(root.iter("*")))


def _delete(root: Element, random: Random) -> None:
    node = _some(root, random)
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _repeat(root: Element, random: Random) -> None:
    node = _some(root, random)
    if node.getparent() is not None:
        for _ in range(random.choice((1, 1, 2, 30))):
            node.addnext(_copy(node))


def _move(root: Element, random: Random) -> None:
    node, target = _some(root, random), _some(root, random)
    if node not in (target, *target.iterancestors()):
        target.insert(random.randint(0, len(target)), node)


def _rename(root: Element, random: Random) -> None:
    _some(root, random).tag = random.choice(
        [*(str(n.tag) for n in root.iter("*")), "bogus", "{u}a"]
    )


def _text(root: Element, random: Random) -> None:
    _some(root, random).text = random.choice(TEXTS)


def _tail(root: Element, random: Random) -> None:
    node = _some(root, random)
    if node is not root:
        node.tail = random.choice(TEXTS)


def _cdata(root: Element, random: Random) -> None:
    node = _some(root, random)
    if node.text:
        node.text = etree.CDATA(node.text)


def _attribute(root: Element, random: Random) -> None:
    _some(root, random).set(*random.choice(ATTRIBUTES))


def _comment(root: Element, random: Random) -> None:
    node = _some(root, random)
    node.insert(random.randint(0, len(node)), etree.Comment("<call> <!DOCTYPE"))


def _instruction(root: Element, random: Random) -> None:
    node = _some(root, random)
    node.insert(random.randint(0, len(node)), etree.ProcessingInstruction("a", "<call>"))


def _shuffle(root: Element, random: Random) -> None:
    node = _some(root, random)
    children = list(node)
    random.shuffle(children)
    node[:] = children


def _copy(node: Element) -> Element:
    copy = etree.fromstring(etree.tostring(node, with_tail=False))
    copy.tail = node.tail
    return copy


OPERATORS: tuple[Callable[[Element, Random], None], ...] = (
    _delete,
    _repeat,
    _move,
    _rename,
    _text,
    _tail,
    _cdata,
    _attribute,
    _comment,
    _instruction,
    _shuffle,
)


@st.composite
def mutated(draw: st.DrawFn, documents: list[str]) -> bytes:
    """One of the documents, changed in zero to three places, in some encoding, perhaps damaged."""
    root = etree.fromstring(draw(st.sampled_from(documents)).encode())
    random = draw(st.randoms(use_true_random=False))
    for operator in draw(st.lists(st.sampled_from(OPERATORS), max_size=3)):
        operator(root, random)
    encoding = draw(st.sampled_from(ENCODINGS))
    data = etree.tostring(root, encoding=encoding, xml_declaration=draw(st.booleans()) or None)
    if draw(st.integers(0, 9)) == 0:
        start = draw(st.integers(0, len(data)))
        data = (
            data[:start]
            + draw(st.sampled_from([b"", b"<", b"&", b"\x00", b"\xff", b"]]>"]))
            + data[start + 1 :]
        )
    return data
