"""What a PBX should hold: pure data, changed as the guide says that requests change it.

A state is the objects of each kind by their key; an object is its fields by tag. `draft` is what
was written, `running` what was applied (GET /pbx/pending, PUT /pbx/apply, PUT /pbx/revert).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

__all__ = ["Difference", "Fields", "Model", "Objects", "State", "What", "differences"]

Fields: TypeAlias = Mapping[str, str]
Objects: TypeAlias = dict[str, Fields]
State: TypeAlias = dict[str, Objects]


class What(StrEnum):
    """How an object is not as it should be."""

    EXTRA = "is there"
    MISSING = "is not there"
    CHANGED = "differs"


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not as it should be; `tags` are its fields that differ."""

    key: str
    what: What
    tags: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.key}: {', '.join(self.tags)} {self.what}" if self.tags else (
            f"{self.key} {self.what}"
        )  # fmt: skip


def differences(expected: Objects, shown: Objects) -> list[Difference]:
    """What is shown otherwise than expected, by key; by tag and never by value."""
    found = []
    for key in sorted({*expected, *shown}):
        if key not in shown:
            found.append(Difference(key, What.MISSING))
        elif key not in expected:
            found.append(Difference(key, What.EXTRA))
        elif tags := differing(expected[key], shown[key]):
            found.append(Difference(key, What.CHANGED, tags))
    return found


def differing(one: Fields, other: Fields) -> tuple[str, ...]:
    """The tags whose values differ; an empty field equals an absent one (RD-28)."""
    return tuple(tag for tag in sorted({*one, *other}) if one.get(tag, "") != other.get(tag, ""))


def copy_of(state: State) -> State:
    """A state that can change alone; the fields are shared, since they never change."""
    return {kind: dict(objects) for kind, objects in state.items()}


class Model:
    """The configuration as written and as applied.

    Attributes:
        pending: something was written that waits to be applied.
        dropped: what the last revert should have dropped: what was written until then.
        rewritten: objects written since, as (kind, key).
        unsaid: by kind, what ran before a change that was in operation at once, as it seemed.
        unsure: kinds of which it is not known whether the last changes were pending.
        unjudged: objects whose fate the guide leaves open, as (kind, key).
    """

    def __init__(self, state: State) -> None:
        self.draft = copy_of(state)
        self.running = copy_of(state)
        self.pending = False
        self.dropped: State = {}
        self.rewritten: set[tuple[str, str]] = set()
        self.unsaid: State = {}
        self.unsure: set[str] = set()
        self.unjudged: set[tuple[str, str]] = set()

    def put(self, kind: str, key: str, fields: Fields) -> None:
        """Write an object, new or not; fields that it has and that are not named are kept."""
        self.draft[kind][key] = {**self.draft[kind].get(key, {}), **fields}
        self.rewritten.add((kind, key))
        self.pending = True

    def drop(self, kind: str, key: str) -> None:
        """Delete an object."""
        del self.draft[kind][key]
        self.rewritten.add((kind, key))
        self.pending = True

    def leave_open(self, kind: str, key: str) -> None:
        """Judge an object no longer, whatever becomes of it."""
        self.unjudged.add((kind, key))
        for state in (self.draft, self.running):
            state[kind].pop(key, None)

    def in_operation(self, kind: str) -> None:
        """Take what was written of a kind as being in operation at once (RD-17)."""
        self.unsaid.setdefault(kind, self.running[kind])
        self.running[kind] = dict(self.draft[kind])
        self.pending = any(self.waits(other) for other in self.draft)

    def apply(self) -> None:
        """Put what was written into operation."""
        self.running = copy_of(self.draft)
        self._rest()

    def revert(self) -> None:
        """Drop what was written and not applied."""
        self.dropped, self.draft = self.draft, copy_of(self.running)
        self.rewritten.clear()
        self._rest()

    def _rest(self) -> None:
        self.pending = False
        self.unsaid.clear()
        self.unsure.clear()

    def adopt(self, kind: str, objects: Objects) -> None:
        """Go on from what the PBX shows of a kind, where it was free to choose."""
        self.draft[kind], self.running[kind] = dict(objects), dict(objects)

    def waits(self, kind: str) -> bool:
        """Whether anything of a kind waits to be applied."""
        return self.draft[kind] != self.running[kind]

    def agreed(self, kind: str, key: str) -> bool:
        """Whether an object is there, or is not, in both states."""
        return (key in self.draft[kind]) == (key in self.running[kind])

    def judged(self, kind: str, objects: Objects) -> Objects:
        """Objects of a kind without those whose fate is open."""
        return {key: one for key, one in objects.items() if (kind, key) not in self.unjudged}
