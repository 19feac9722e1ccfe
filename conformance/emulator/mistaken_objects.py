"""Mistakes about which object is meant: the wrong one shown or removed, one too many, one kept."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting, name_of, whole
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import Store, defect, listing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

__all__ = [
    "Choose",
    "answering_for",
    "beginning",
    "doubled",
    "first",
    "first_if_unknown",
    "following",
    "last",
    "left_in",
    "list_defects",
    "preceding",
    "removing_instead",
    "removing_too",
    "single_defects",
]

Choose = Callable[[list[str], str], str]
"""Of all ids and the one that was asked for, the one that is taken."""


def following(ids: list[str], asked: str) -> str:
    """Take the next one."""
    return ids[(ids.index(asked) + 1) % len(ids)] if asked in ids else asked


def preceding(ids: list[str], asked: str) -> str:
    """Take the one before."""
    return ids[ids.index(asked) - 1] if asked in ids else asked


def first(ids: list[str], _: str) -> str:
    """Take the first one of all."""
    return ids[0]


def last(ids: list[str], _: str) -> str:
    """Take the last one of all."""
    return ids[-1]


def first_if_unknown(ids: list[str], asked: str) -> str:
    """Take the first one in place of one that there is not."""
    return asked if asked in ids else ids[0]


def beginning(ids: list[str], asked: str) -> str:
    """Take one with which begins what was asked for."""
    return asked if asked in ids else next((one for one in ids if asked.startswith(one)), asked)


def doubled(records: list[Element]) -> Iterable[Element]:
    """Show the first record twice."""
    return [*records[:1], *deepcopy(records[:1]), *records[1:]]


def list_defects(endpoint: str, path: str, what: str, oracle: str = "views") -> Iterator[Defect]:
    """A list of all leaves out or repeats."""
    rows: tuple[tuple[str, str, Callable[[list[Element]], Iterable[Element]]], ...] = (
        ("last-missing", f"leaves out the last {what}", lambda records: records[:-1]),
        ("first-missing", f"leaves out the first {what}", lambda records: records[1:]),
        ("first-twice", f"shows the first {what} twice", doubled),
    )
    for name, title, pick in rows:
        yield defect(endpoint, name, "read", title, listing(endpoint, path, pick), oracle=oracle)


def _ids(pbx: Pbx, store: Store) -> list[str]:
    return [str(key) for key in store.read(pbx)]


def answering_for(endpoint: str, store: Store, choose: Choose) -> Alteration:
    """Return: what is asked of one object is answered for another."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        ids = _ids(pbx, store)
        return proceed(replace(request, argument=choose(ids, request.argument)))

    return intercepting(endpoint, by=intercept)


def _answering_all(endpoint: str, store: Store) -> Alteration:
    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = whole(proceed(request))
        if isinstance(reply, Document) and len(reply.content):
            each = (whole(proceed(replace(request, argument=one))) for one in _ids(pbx, store))
            shown = [list(one.content) for one in each if isinstance(one, Document)]
            reply.content[:] = [record for records in shown for record in records]
        return reply

    return intercepting(endpoint, by=intercept)


def _remembering(endpoint: str) -> Alteration:
    shown: dict[str, Element] = {}

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = whole(proceed(request))
        if isinstance(reply, Document) and len(reply.content):
            reply.content = deepcopy(shown.setdefault(request.argument, deepcopy(reply.content)))
        return reply

    return intercepting(endpoint, by=intercept)


def single_defects(endpoint: str, store: Store, what: str) -> Iterator[Defect]:
    """The GET of one shows another one, several, or what was."""
    rows = (
        ("next", f"shows the next {what} instead", answering_for(endpoint, store, following)),
        ("all", f"shows every {what}", _answering_all(endpoint, store)),
        (
            "first-if-unknown",
            f"shows the first {what} for an id that there is not",
            answering_for(endpoint, store, first_if_unknown),
        ),
        (
            "by-beginning",
            "takes an id that begins with that of another for it",
            answering_for(endpoint, store, beginning),
        ),
        ("remembered", f"shows a {what} as it was the first time", _remembering(endpoint)),
    )
    for name, title, alteration in rows:
        yield defect(endpoint, name, "read", title, alteration, oracle="views")


def removing_instead(endpoint: str, store: Store, choose: Choose) -> Alteration:
    """Return: another object is removed than the one asked for."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        ids = _ids(pbx, store)
        known = request.argument in ids
        meant = choose(ids, request.argument) if known else request.argument
        return proceed(replace(request, argument=meant))

    return intercepting(endpoint, by=intercept)


def removing_too(endpoint: str, store: Store, choose: Choose) -> Alteration:
    """Return: another object is removed as well."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        before = {str(key): key for key in store.read(pbx)}
        reply = proceed(request)
        if code_of(reply) == 0 and request.argument in before:
            other = before[choose(list(before), request.argument)]
            if other in store.read(pbx):
                store.remove(pbx, other)
        return reply

    return intercepting(endpoint, by=intercept)


def left_in(delete: str, endpoint: str, store: Store) -> Alteration:
    """Return: an answer goes on showing what was removed."""
    removed: dict[Any, Any] = {}

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        before = store.read(pbx)
        ghosts = {} if name_of(request) == delete else removed
        shown = {key: item for key, item in ghosts.items() if key not in before}
        for key, item in shown.items():
            store.put(pbx, key, item)
        reply = whole(proceed(request))
        for key in shown.keys() & store.read(pbx).keys():
            store.remove(pbx, key)
        after = store.read(pbx)
        removed.update({key: item for key, item in before.items() if key not in after})
        return reply

    return intercepting(delete, endpoint, by=intercept)
