"""What requests of this family leave behind: callgroups, known by their name.

The callgroup `incoming` can't be deleted, says the guide: a request to may be tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.families.pbx.callgroups import INCOMING
from conformance.lab.traces import ObjectKind, text_of

if TYPE_CHECKING:
    from lxml import etree

__all__ = ["OBJECTS"]


def _name(element: etree._Element) -> tuple[str, ...]:
    return (text_of(element, "name"),)


OBJECTS = [
    ObjectKind(
        name="callgroup",
        made_by="POST /pbx/callgroups",
        changed_by="PUT /pbx/callgroups/<callgroupid>",
        removed_by="DELETE /pbx/callgroups/<callgroupid>",
        listed_by="GET /pbx/callgroups",
        records="callgroups/callgroup",
        key="id",
        marks=_name,
        protected=lambda key, _record: key == INCOMING,
    )
]
