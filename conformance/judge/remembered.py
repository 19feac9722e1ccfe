"""What a story remembers of single objects, and how a request names and fills one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.behaviour.judging import MEMBERS
from conformance.behaviour.kinds import USER
from conformance.behaviour.reading import flat
from conformance.judge.recorded import credentials
from conformance.judge.single import failed
from conformance.lab.traces import normal_key
from conformance.secrecy import SECRET_ELEMENTS
from conformance.verdict import Observation, Verdict
from conformance.wire.message import content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.behaviour.kinds import Kind, Verb
    from conformance.judge.recorded import Recorded

__all__ = ["Made", "Object", "as_written", "body_of", "client_of", "key_of", "sent_tags"]


@dataclass(slots=True)
class Object:
    """One object of the configuration, as far as the story tells.

    Attributes:
        there: it was written, or it was removed.
        by: the request that said so.
        latest: what was written last, by tag.
        shows: by tag, the values that may be shown: what was written last, and what was before for
            as long as that is not applied (RD-36); no tag of which that is not known.
        made: it was made in this story.
        applied: an apply has followed.
    """

    there: bool
    by: Recorded
    latest: dict[str, str] = field(default_factory=dict)
    shows: dict[str, set[str]] = field(default_factory=dict)
    made: bool = False
    applied: bool = False


@dataclass(slots=True)
class Made:
    """An object that was added and whose id the PBX has told nobody: it is known by its fields."""

    by: Recorded
    fields: dict[str, str]
    applied: bool = False


def as_written(
    one: Recorded, kind: Kind, thing: Object, fields: Mapping[str, str], tags: tuple[str, ...]
) -> Iterator[Observation]:
    """What a record shows of an object, held against what may be shown of it.

    Args:
        one: the exchange that shows the record.
        kind: the object's kind.
        thing: what is known of it.
        fields: the record.
        tags: the only fields that such a record has; all of the object's if none is named.
    """
    assert thing.by.endpoint is not None, "it was written by one of the guide's"  # noqa: S101
    stem = thing.by.endpoint.slug
    blind = SECRET_ELEMENTS if not (one.secrets_known and thing.by.secrets_known) else ()
    told = {
        tag: values
        for tag, values in thing.shows.items()
        if tag not in blind and (not tags or tag in tags)
    }
    wrong = [tag for tag, values in told.items() if fields.get(tag, "") not in values]
    if wrong:
        expected = "every field as it was written"
        observed = f"{kind.name}: {', '.join(wrong)} differ"
        replaced = wrong == [MEMBERS] and kind.change is not None and kind.change.stem == stem
        requirement = f"{stem}.members-replaced" if replaced else f"{stem}.stored"
        yield failed(requirement, expected, observed, thing.by, one)
    elif told and not tags:
        yield Observation(f"{stem}.stored", Verdict.PASS)


def client_of(one: Recorded) -> tuple[str, str]:
    """Who sent a request, as far as it shows: user name and program."""
    known = credentials(one.entry.header("authorization"))
    return (known[0] if known else "", one.entry.header("user-agent"))


def body_of(one: Recorded, kind: Kind) -> dict[str, str]:
    """The fields that a request gives an object, without empty ones."""
    container = None if one.root is None else one.root.find(kind.container)
    fields = {} if container is None else content(container)
    return flat(fields) if isinstance(fields, dict) else {}


def sent_tags(one: Recorded, kind: Kind) -> set[str]:
    """The tags of a request, empty ones as well."""
    container = None if one.root is None else one.root.find(kind.container)
    tags = set() if container is None else {str(child.tag) for child in container}
    return tags | {"members"} if "priorities" in tags else tags


def key_of(one: Recorded, kind: Kind, verb: Verb, body: Mapping[str, str]) -> str:
    """The object that a request is about; empty where the PBX chooses its id."""
    if "<" in verb.endpoint:
        return normal_key(one.resolved.key)
    tag = "exten" if kind is USER else "id"
    return "" if verb is kind.add and kind is not USER else normal_key(body.get(tag, ""))
