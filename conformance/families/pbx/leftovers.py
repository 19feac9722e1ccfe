"""What requests of this family leave behind: callgroups, known by their name.

The callgroup `incoming` can't be deleted, says the guide: a request to may be tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.families.pbx.callgroups import INCOMING
from conformance.lab.traces import ObjectKind, text_of

if TYPE_CHECKING:
    from lxml import etree

    from conformance.lab.target import Pixit

__all__ = ["OBJECTS"]


def _name(element: etree._Element) -> tuple[str, ...]:
    return (text_of(element, "name"),)


def _outside(root: etree._Element, pixit: Pixit) -> str:
    selection = text_of(root, "selection")
    if selection in {"", *pixit.callgroup_selections}:
        return ""
    return f"selection {selection} is none of pixit.callgroup_selections"


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
        outside=_outside,
        protected=lambda key, _record: key == INCOMING,
    )
]
