"""What requests of this family leave behind: extensions, known by number and a text of theirs.

The number alone would tell too little: somebody may have given it to a person in the meantime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.lab.traces import ObjectKind, text_of

if TYPE_CHECKING:
    from lxml import etree

    from conformance.lab.target import Pixit

__all__ = ["OBJECTS"]


TEXTS = ("first_name", "last_name", "vm_email")


def _number_and_text(element: etree._Element) -> tuple[str, ...]:
    exten = text_of(element, "exten")
    texts = list(filter(None, (text_of(element, tag) for tag in TEXTS)))
    return tuple(f"{exten} {text}" for text in texts) or (exten,)


def _outside(root: etree._Element, pixit: Pixit) -> str:
    exten = text_of(root, "exten")
    if exten in pixit.extensions:
        return ""
    return f"extension {exten} is none of pixit.extensions"


OBJECTS = [
    ObjectKind(
        name="extension",
        made_by="POST /users/configs/",
        changed_by="PUT /users/configs/<exten>",
        removed_by="DELETE /users/configs/<exten>",
        listed_by="GET /users/configs/",
        records="configs/config",
        key="exten",
        marks=_number_and_text,
        outside=_outside,
    )
]
