"""What requests of this family leave behind: contacts, known by any long text of theirs.

The texts of the run's own contacts hold words that nothing else has; one of a few letters alone
would tell nothing, so that short ones count only all together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.families.phonebook.contacts import FIELDS, MARK_LENGTH
from conformance.lab.traces import ObjectKind, text_of

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["OBJECTS"]


def _texts(element: etree._Element) -> tuple[str, ...]:
    values = [text_of(element, tag) for tag in FIELDS]
    return (*(value for value in values if len(value) >= MARK_LENGTH), "\n".join(values))


OBJECTS = [
    ObjectKind(
        name="contact",
        made_by="POST /phonebook/contacts",
        changed_by="PUT /phonebook/contacts",
        removed_by="DELETE /phonebook/contacts/<id>",
        listed_by="GET /phonebook/contacts",
        records="contacts/contact",
        key="id",
        marks=_texts,
    )
]
