"""Seeded into POST and PUT /pbx/callgroups: what a successful request stores."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.emulator.alteration import Alteration
from conformance.emulator.mangled import MANGLED
from conformance.emulator.mistakes import (
    CALLGROUPS,
    Rewrite,
    also,
    defect,
    ineffective,
    losing,
    resetting,
    rewriting,
    turning,
    turning_sent,
)
from conformance.emulator.model import INCOMING, Callgroup, Priority
from conformance.emulator.pbx import Pbx
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

POST, PUT = "POST /pbx/callgroups", "PUT /pbx/callgroups/<callgroupid>"

_DEFAULTS = Callgroup("", "", ())
_SCALARS = ("name", "timeout", "selection", "enabled")
Levels = tuple[Priority, ...]


def _write(endpoint: str, name: str, title: str, by: Rewrite) -> Defect:
    alteration = rewriting(endpoint, CALLGROUPS, by, "callgroup")
    return defect(endpoint, name, "write", title, alteration, oracle="model")


def scalars() -> Iterator[Defect]:
    """A field of its own is lost, or changed."""
    for endpoint in (POST, PUT):
        for tag in _SCALARS:
            title = f"does not store {tag}"
            yield _write(endpoint, f"{tag}-not-stored", title, losing(tag, _DEFAULTS))
        for name, title, by in (
            (
                "enabled-always-true",
                "enables the callgroup whatever was sent",
                turning_sent(lambda _: True, "enabled"),
            ),
            (
                "enabled-inverted",
                "stores the other state than was sent",
                turning_sent(lambda on: not on, "enabled"),
            ),
            (
                "timeout-in-tens",
                "rounds the timeout down to tens of seconds",
                turning(lambda seconds: seconds // 10 * 10, "timeout"),
            ),
        ):
            yield _write(endpoint, name, title, by)
        for name, (title, mangle) in list(MANGLED.items())[1::2]:
            if endpoint == POST or name in {"ascii-only", "quotes-slashed"}:
                by = turning(mangle, "name")
                yield _write(endpoint, f"name-{name}", f"{title} the name", by)


MEMBERS: tuple[tuple[str, str, Callable[[Levels], Levels]], ...] = (
    ("second-priority-lost", "stores the first priority only", lambda levels: levels[:1]),
    (
        "last-priority-lost",
        "loses the last of several priorities",
        lambda levels: levels[:-1] or levels,
    ),
    (
        "first-member-only",
        "stores one member of each priority",
        lambda levels: tuple(replace(level, members=level.members[:1]) for level in levels),
    ),
    (
        "last-member-lost",
        "loses the last of several members of a priority",
        lambda levels: tuple(
            replace(level, members=level.members[:-1] or level.members) for level in levels
        ),
    ),
    (
        "priorities-swapped",
        "stores the members of the last priority as those of the first",
        lambda levels: tuple(
            Priority(level.id, other.members)
            for level, other in zip(levels, reversed(levels), strict=True)
        ),
    ),
    (
        "priorities-merged",
        "stores all members in the first priority",
        lambda levels: (
            Priority(levels[0].id, tuple(one for level in levels for one in level.members)),
        ),
    ),
)
"""End of the id, what happens, and how the priorities change."""


def _having(by: Callable[[Levels], Levels]) -> Rewrite:
    return turning(by, "priorities")


def _mixing(by: Callable[[Levels, Levels], Levels]) -> Rewrite:
    return lambda old, new, _: replace(new, priorities=by(old.priorities, new.priorities))


def members() -> Iterator[Defect]:
    """The members are not those of the request."""
    for endpoint in (POST, PUT):
        for name, title, by in MEMBERS:
            yield _write(endpoint, name, title, _having(by))
    for name, title, mix in (
        ("members-kept", "keeps the members as they were", _kept),
        ("members-merged", "adds the members of the request to those there are", _merged),
        ("members-appended", "keeps the former priorities beside the new ones", _appended),
        ("higher-priorities-kept", "replaces the first priority only", _kept_behind),
    ):
        yield _write(PUT, name, title, _mixing(mix))


def _kept(old: Levels, _: Levels) -> Levels:
    return old


def _merged(old: Levels, new: Levels) -> Levels:
    former = {level.id: level.members for level in old}
    return tuple(
        replace(
            level,
            members=(
                *level.members,
                *(m for m in former.get(level.id, ()) if m not in level.members),
            ),
        )
        for level in new
    )


def _appended(old: Levels, new: Levels) -> Levels:
    known = {level.id for level in new}
    return (*new, *(level for level in old if level.id not in known))


def _kept_behind(old: Levels, new: Levels) -> Levels:
    return (*new[:1], *old[1:])


def unasked() -> Iterator[Defect]:
    """A change concerns what the request does not name."""
    for tag in _SCALARS:
        blank = "Callgroup" if tag == "name" else getattr(_DEFAULTS, tag)
        title = f"resets {tag} where the request does not name it"
        yield _write(PUT, f"{tag}-reset", title, resetting(tag, blank))
    title = "disables a callgroup whose state the request does not name"
    yield _write(PUT, "disabled-unasked", title, resetting("enabled", False))
    for endpoint in (POST, PUT):
        for name, title, change in (
            ("renames-another", "renames another callgroup as well", _rename_another),
            ("empties-another", "takes the members of another callgroup", _empty_another),
            ("removes-another", "removes another callgroup as well", _remove_another),
        ):
            yield defect(
                endpoint, name, "write", title, _to_another(endpoint, change), oracle="model"
            )
        yield defect(
            endpoint,
            "does-nothing",
            "write",
            "answers Success and stores nothing",
            ineffective(endpoint),
            oracle="model",
        )
    yield defect(
        PUT, "adds-a-copy", "write", "adds a callgroup beside the changed one", also(PUT, by=_copy)
    )
    yield defect(
        POST, "adds-two", "write", "adds the callgroup twice", also(POST, by=_copy), oracle="model"
    )
    yield defect(
        PUT, "new-id", "write", "gives a changed callgroup a new id", also(PUT, by=_renumber)
    )


def _to_another(endpoint: str, change: Callable[[Pbx, Callgroup], None]) -> Alteration:
    def apply(pbx: Pbx, request: ApiRequest) -> None:
        groups = CALLGROUPS.read(pbx)
        newest = list(groups)[-1] if request.route.method == "POST" else request.argument
        others = [group for key, group in groups.items() if key not in {newest, INCOMING}]
        if others:
            change(pbx, others[0])

    return also(endpoint, by=apply)


def _rename_another(pbx: Pbx, group: Callgroup) -> None:
    CALLGROUPS.put(pbx, group.id, replace(group, name=f"{group.name} 2"))


def _empty_another(pbx: Pbx, group: Callgroup) -> None:
    CALLGROUPS.put(pbx, group.id, replace(group, priorities=group.priorities[1:]))


def _remove_another(pbx: Pbx, group: Callgroup) -> None:
    CALLGROUPS.remove(pbx, group.id)


def _copy(pbx: Pbx, request: ApiRequest) -> None:
    groups = CALLGROUPS.read(pbx)
    group = groups.get(request.argument) or list(groups.values())[-1]
    copy = replace(group, id=str(pbx.new_id()))
    CALLGROUPS.put(pbx, copy.id, copy)


def _renumber(pbx: Pbx, request: ApiRequest) -> None:
    group = CALLGROUPS.read(pbx)[request.argument]
    _copy(pbx, request)
    CALLGROUPS.remove(pbx, group.id)


def callgroup_defects() -> list[Defect]:
    """Everything of this module."""
    return [*scalars(), *members(), *unasked()]
