"""Which requirement a difference from the model breaks: pure decisions, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.behaviour.model import What

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.behaviour.kinds import Kind, Verb
    from conformance.behaviour.model import Difference, Fields, Model, Objects

__all__ = ["AFTER_CHANGE", "LOST", "SURVIVES", "UNDONE", "Cause", "after_apply", "after_revert"]

AFTER_CHANGE = "pbx.pending.get.true-after-change"
SURVIVES = "pbx.apply.put.survives-revert"
SURVIVES_REBOOT = "pbx.apply.put.survives-reboot"
LOST = "pbx.pending.get.lost-on-reboot"
UNDONE = {
    What.EXTRA: "pbx.revert.put.drops-additions",
    What.CHANGED: "pbx.revert.put.restores-values",
    What.MISSING: "pbx.revert.put.restores-deletions",
}
MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Cause:
    """A request to write an object: what its effects, and everything else, are blamed on.

    Attributes:
        key: the object's key; empty while it is unknown.
        sent: the tags that were sent.
        rejected: the PBX said that it did nothing.
    """

    verb: Verb
    kind: Kind
    key: str
    sent: frozenset[str] = frozenset()
    rejected: bool = False

    def requirement(self, kind: Kind, difference: Difference, _shown: Objects) -> str:
        """The requirement that a difference breaks, if this was the last request before it."""
        if self.rejected:
            return self.verb.requirement(self.verb.rejected)
        if kind is not self.kind or difference.key != self.key:
            return self.verb.requirement(self.verb.others)
        if difference.what is not What.CHANGED or not self.sent:
            return self.verb.requirement(self.verb.effect)
        if not self.sent.intersection(difference.tags):
            return self.verb.requirement(self.verb.kept)
        if difference.tags == (MEMBERS,) and self.verb is kind.change:
            return self.verb.requirement("members-replaced")
        return self.verb.requirement(self.verb.stored)

    @property
    def decides(self) -> set[str]:
        """The requirements that hold where nothing differs."""
        verb = self.verb
        if self.rejected:
            return {verb.requirement(verb.rejected)}
        return {verb.requirement(name) for name in (verb.effect, verb.others, *self._fields())}

    def _fields(self) -> tuple[str, ...]:
        if not self.sent:
            return ()
        replaced = ("members-replaced",) if MEMBERS in self.sent and self.kind.change is (
            self.verb
        ) else ()  # fmt: skip
        return (self.verb.stored, self.verb.kept, *replaced)


def _was_dropped(model: Model, kind: Kind, key: str, shown: Objects) -> bool:
    """Whether an object is shown as it was written before the last revert, and not since."""
    if kind.name not in model.dropped or (kind.name, key) in model.rewritten:
        return False
    before: Fields | None = model.dropped[kind.name].get(key)
    now = shown.get(key)
    if before is None or now is None:
        return before is now
    return all(before.get(tag, "") == value for tag, value in now.items())


def after_revert(model: Model, kind: Kind, difference: Difference, shown: Objects) -> str:
    """The requirement broken where a revert left something else than what was applied last."""
    if _was_dropped(model, kind, difference.key, shown):
        return UNDONE[difference.what]
    return SURVIVES


def after_apply(
    model: Model,
    kind: Kind,
    difference: Difference,
    shown: Objects,
    unseen: Mapping[tuple[str, str], Cause],
) -> str:
    """The requirement broken where apply left something else than what was written.

    Args:
        model: the model after the apply.
        kind: the object's kind.
        difference: how it is not as it should be.
        shown: the objects as they are shown.
        unseen: what wrote the objects that could not be seen before the apply (RD-36).
    """
    if (kind.name, difference.key) in unseen:
        return unseen[kind.name, difference.key].requirement(kind, difference, shown)
    if _was_dropped(model, kind, difference.key, shown):
        return UNDONE[difference.what]
    return SURVIVES
