"""What can be seeded into the emulated PBX: single defects, and what is merely unusual."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from conformance.emulator.alteration import Alteration

__all__ = ["KINDS", "Defect", "Seed", "Variant", "by_id"]

KINDS = {
    "code": "another application code than the documented one",
    "message": "another message beside a code",
    "schema": "an answer that is not the documented document",
    "request-id": "a request_id that does not come back as it was sent",
    "http": "HTTP or XML itself: statuses, lengths, encodings, well-formedness",
    "access": "who is let in",
    "licence": "the licence gate and the licence's limits",
    "write": "what a successful request stores, deletes, or leaves alone",
    "rejected": "a rejected request that changes something, or one that should be rejected",
    "read": "what is shown: lists, single objects, views that agree",
    "pending": "pending changes, apply and revert",
    "filter": "what filters, intervals and searches select",
    "mask": "what is hidden without the privacy password",
    "system": "firmware, updates, restarts",
}
"""The kinds of defects, each with what is wrong."""

_ID = re.compile(r"[a-z0-9]+([.-][a-z0-9_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """Something about the emulated PBX that is not as usual.

    Attributes:
        id: Its name, once given never changed; a defect's begins with the slug of its endpoint.
        title: What the PBX does, in a sentence.
        clause: The heading of the guide that speaks of it.
        alteration: The change itself.

    Raises:
        ValueError: The id has another form.
    """

    id: str
    title: str
    clause: str
    alteration: Alteration

    def __post_init__(self) -> None:
        """Refuse ids that no command line could take."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id of a seed: lower-case words, dots and hyphens")

    @property
    def family(self) -> str:
        """The family it belongs to, by its id; `api` for what concerns all of them."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect(Seed):
    """One small wrong behaviour that the guide forbids.

    Attributes:
        kind: One of `KINDS`.
        near: Globs of the requirements whose checks are likeliest to see it; they are asked first.
        oracle: The general oracle that finds it, where one does: `schema`, `model`, `views` (two
            reads that disagree), `code`, `message`, `request-id`.
    """

    kind: str
    near: tuple[str, ...] = ()
    oracle: str = ""

    def __post_init__(self) -> None:
        """Refuse kinds that the kill rate has no line for."""
        # `super()` without arguments does not work in a dataclass with slots.
        Seed.__post_init__(self)
        if self.kind not in KINDS:
            raise ValueError(f"{self.id}: kind {self.kind!r} is none of {', '.join(KINDS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Seed):
    """A permitted but unusual behaviour.

    Attributes:
        permission: What permits it: a reading (`RD-10`), or an RFC.
    """

    permission: str


AnySeed = TypeVar("AnySeed", bound=Seed)


def by_id(seeds: Iterable[AnySeed]) -> Mapping[str, AnySeed]:
    """Return seeds by id.

    Raises:
        ValueError: Two have the same id.
    """
    found: dict[str, AnySeed] = {}
    for seed in seeds:
        if seed.id in found:
            raise ValueError(f"two seeds are called {seed.id}")
        found[seed.id] = seed
    return found


def alterations(seeds: Sequence[Seed]) -> tuple[Alteration, ...]:
    """Return what seeds change, in their order."""
    return tuple(seed.alteration for seed in seeds)
