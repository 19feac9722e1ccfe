"""A callgroup as the PBX shows it, in the form in which it is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.wire.message import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lxml.etree import _Element as Element

__all__ = ["Callgroup", "as_members", "display_names", "read_callgroup", "text"]

FAILOVER = ("intro", "type")
DESTINATION = ("name", "value", "gateway_type", "gateway_id", "gateway_name")

Members = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Callgroup:
    """A callgroup, without what the guide leaves open: orders, white space, absent blocks.

    The order of different tags, of priorities and of members is not judged (RD-27), nor whether an
    unused block is absent or empty (RD-28).
    """

    id: str
    name: str
    selection: str
    enabled: str
    timeout: str
    failover: tuple[str, ...]
    members: Members
    display_names: Members

    def differences(self, other: Callgroup) -> list[str]:
        """The fields in which another record differs."""
        return [tag for tag in self.__slots__ if getattr(self, tag) != getattr(other, tag)]


def text(element: Element, path: str) -> str:
    """The text at a path, stripped; empty if there is none."""
    return (element.findtext(path) or "").strip()


def number(word: str) -> str:
    """A number without leading zeros; anything else as it is."""
    found = whole_number(word)
    return word if found is None else str(found)


def read_callgroup(element: Element) -> Callgroup:
    """The callgroup of a record of `GET /pbx/callgroups`."""
    levels = element.findall("priorities/priority")
    return Callgroup(
        id=text(element, "id"),
        name=text(element, "name"),
        selection=text(element, "selection"),
        enabled=text(element, "enabled"),
        timeout=number(text(element, "timeout")),
        failover=tuple(
            [text(element, f"failover/{tag}") for tag in FAILOVER]
            + [text(element, f"failover/destination/{tag}") for tag in DESTINATION]
        ),
        members=_members(levels, "exten"),
        display_names=_members(levels, "display_name"),
    )


def _members(levels: Iterable[Element], tag: str) -> Members:
    found = (
        (number(text(level, "id")), [text(item, tag) for item in level.findall("members/member")])
        for level in levels
    )
    # A priority that nobody is left in may be shown or not.
    return tuple(sorted((level, tuple(sorted(names))) for level, names in found if names))


def display_names(element: Element) -> list[tuple[str, str]]:
    """The extension and the display name of each member of a callgroup's record."""
    found = element.iterfind("priorities/priority/members/member")
    return [(text(item, "exten"), " ".join(text(item, "display_name").split())) for item in found]


def as_members(members: Mapping[int, Sequence[str]]) -> Members:
    """What `Callgroup.members` is expected to hold after such a request."""
    return tuple(sorted((str(level), tuple(sorted(extens))) for level, extens in members.items()))
