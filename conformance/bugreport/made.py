"""What a sequence makes on a PBX, and by what a script finds it again to take it away."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.secrecy import SECRET_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.lab.traces import ObjectKind, Setting, Traces
    from conformance.report.template import Pieces

__all__ = ["Made", "Moved", "made_by", "moved_by"]

SHORTEST_TEXT = 8
_TAG = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z_][\w.-]*)\s*(?P<empty>/?)>(?P<text>[^<]*)")
_SECRET = re.compile(SECRET_NAME, re.IGNORECASE)
# Directly under the container, or under the root where the container is missing on purpose.
DEPTHS = (2, 3)
# What names an object, however short it is.
NAMING = {"exten", "name", "destination"}
# What many objects have alike.
SHARED = {"request_id", "netmask", "ip_address", "gateway", "type", "intro"}
_FIRST = 0xF0000
_MARK = re.compile("[\U000f0000-\U000fffff]")


@dataclass(slots=True)
class Made:
    """Objects of one kind.

    Attributes:
        kind: what is known of the kind.
        holds: what their records hold, as it is written; any of them tells one.
    """

    kind: ObjectKind
    holds: list[Pieces] = field(default_factory=list)

    @property
    def listed_by(self) -> str:
        """The path of the list."""
        return self.kind.listed_by.partition(" ")[2]

    @property
    def removed_by(self) -> str:
        """The path of one, without its key."""
        return self.kind.removed_by.partition(" ")[2].partition("<")[0]

    @property
    def record(self) -> str:
        """The tag of a record in the list."""
        return self.kind.records.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Moved:
    """A setting that is changed, and written back afterwards."""

    setting: Setting

    @property
    def read_by(self) -> str:
        """The path at which it is read."""
        return self.setting.read_by.partition(" ")[2]

    @property
    def written_by(self) -> str:
        """The path at which it is written."""
        return self.setting.changed_by.partition(" ")[2]

    @property
    def container(self) -> str:
        """The tag that it stands in."""
        return self.setting.path.split("/")[-2]

    @property
    def tag(self) -> str:
        """Its own tag."""
        return self.setting.path.rpartition("/")[2]


def made_by(requests: Sequence[dict[str, Any]], traces: Traces) -> list[Made]:
    """What requests make, in the order in which it can be taken away."""
    found = []
    for kind in traces.objects:
        made = [one for one in requests if one["endpoint"] == kind.made_by]
        changed = [one for one in requests if one["endpoint"] == kind.changed_by]
        if made:
            holds = [text for one in (*made, *changed) for text in _holds(one["body"])]
            unique = {repr(text): text for text in holds}
            found.append(Made(kind, list(unique.values())))
    return found


def moved_by(requests: Sequence[dict[str, Any]], traces: Traces) -> list[Moved]:
    """The settings that requests change."""
    sent = {one["endpoint"] for one in requests}
    return [Moved(one) for one in traces.settings if one.changed_by in sent]


def _holds(body: Pieces) -> Iterator[Pieces]:
    """The texts of a request by which the object is known again."""
    specials: list[dict[str, Any]] = []
    text = ""
    for piece in body:
        if isinstance(piece, str):
            text += piece
        else:
            text += chr(_FIRST + len(specials))
            specials.append(piece)
    for tag, said in _leaves(text):
        long_enough = len(said.strip()) >= SHORTEST_TEXT or tag in NAMING
        if tag in SHARED or _SECRET.search(tag) or not long_enough or "\n" in said:
            continue
        pieces = list(_apart(f"<{tag}>{said}</{tag}>", specials))
        if not any("given" in one for one in pieces if isinstance(one, dict)):
            yield pieces


def _leaves(text: str) -> Iterator[tuple[str, str]]:
    """The elements of an object that hold a text, tag and text; what is deeper is of others."""
    depth = 0
    opened = ("", "")
    for found in _TAG.finditer(text):
        if found["empty"]:
            opened = ("", "")
        elif found["end"]:
            if found["tag"] == opened[0] and opened[1].strip() and depth in DEPTHS:
                yield opened
            depth, opened = depth - 1, ("", "")
        else:
            depth, opened = depth + 1, (found["tag"], found["text"])


def _apart(text: str, specials: Sequence[dict[str, Any]]) -> Iterator[str | dict[str, Any]]:
    at = 0
    for mark in _MARK.finditer(text):
        if mark.start() > at:
            yield text[at : mark.start()]
        yield specials[ord(mark[0]) - _FIRST]
        at = mark.end()
    if text[at:]:
        yield text[at:]
