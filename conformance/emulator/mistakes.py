"""The small mistakes that firmware makes, as builders: families fill in where and what.

Each returns an alteration. What is stored is changed after the handler has succeeded, so that the
answer to the request itself stays right; what is shown is changed in the answer's tree.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from lxml.etree import SubElement
from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import (
    code_of,
    edited,
    intercepting,
    shaping,
    undone,
    unless_rejected,
    whole,
)
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

__all__ = [
    "CALLGROUPS",
    "CONTACTS",
    "INTERFACES",
    "ROUTES",
    "USERS",
    "Change",
    "Rewrite",
    "Store",
    "accepting",
    "also",
    "asking",
    "defect",
    "despite",
    "fixing",
    "ineffective",
    "listing",
    "losing",
    "of_failover",
    "resetting",
    "rewriting",
    "setting",
    "showing",
    "slug",
    "turning",
    "turning_sent",
]

Change = Callable[[Pbx, ApiRequest], None]

Rewrite = Callable[[Any, Any, Form], Any]
"""Of an object as it was (None if it is new), as it became, and the request: what is stored."""


@dataclass(frozen=True, slots=True)
class Store:
    """One kind of objects of the configuration that requests edit.

    Attributes:
        read: All of them by id.
        put: Adds one, or replaces the one of the same id.
        remove: Deletes one.
    """

    read: Callable[[Pbx], dict[Any, Any]]
    put: Callable[[Pbx, Any, Any], None]
    remove: Callable[[Pbx, Any], None]


def _drafted(name: str) -> Store:
    def remove(pbx: Pbx, key: Any) -> None:
        getattr(pbx.config.draft, name).pop(key, None)

    def put(pbx: Pbx, key: Any, item: Any) -> None:
        getattr(pbx.config.draft, name)[key] = item

    return Store(lambda pbx: dict(getattr(pbx.config.draft, name)), put, remove)


USERS, CALLGROUPS = _drafted("users"), _drafted("callgroups")
INTERFACES, ROUTES = _drafted("interfaces"), _drafted("routes")
CONTACTS = Store(
    lambda pbx: {contact.id: contact for contact in pbx.phonebook},
    lambda pbx, _, contact: pbx.phonebook.put(contact),
    lambda pbx, key: pbx.phonebook.remove(key),
)


def slug(endpoint: str) -> str:
    """Return the stem of an endpoint's ids: `GET /users/brief/<exten>` is users.brief.exten.get."""
    method, _, path = endpoint.partition(" ")
    parts = [part.strip("<>") for part in path.split("/") if part]
    return ".".join([*parts, method.lower()])


def defect(  # noqa: PLR0913 - what a defect is
    endpoint: str,
    name: str,
    kind: str,
    title: str,
    alteration: Alteration,
    *,
    oracle: str = "",
    near: Iterable[str] = (),
) -> Defect:
    """Return a defect of an endpoint; the checks of its requirements come first."""
    stem = slug(endpoint)
    return Defect(
        id=f"{stem}.{name}",
        kind=kind,
        title=title,
        clause=endpoint,
        alteration=alteration,
        oracle=oracle,
        near=tuple(near) or (f"{stem}.*",),
    )


def also(*endpoints: str, by: Change) -> Alteration:
    """Return: does something else as well, after each request answered with code 0."""
    return intercepting(*endpoints, by=unless_rejected(by))


def despite(endpoint: str, code: int, by: Change) -> Alteration:
    """Return: does something although the request is rejected with this code."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if code_of(reply) == code:
            by(pbx, request)
        return reply

    return intercepting(endpoint, by=intercept)


def ineffective(*endpoints: str) -> Alteration:
    """Return: answers as if, and does nothing."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        with undone(pbx):
            return whole(proceed(request))

    return intercepting(*endpoints, by=intercept)


def rewriting(endpoint: str, store: Store, by: Rewrite, block: str) -> Alteration:
    """Return: stores something else than it was asked to in this block."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        before = store.read(pbx)
        reply = proceed(request)
        form = request.body.block(block)
        for key, item in store.read(pbx).items():
            if code_of(reply) == 0 and before.get(key) != item:
                store.put(pbx, key, by(before.get(key), item, form or Form.empty()))
        return reply

    return intercepting(endpoint, by=intercept)


def losing(tag: str, blank: Any) -> Rewrite:
    """Keep a field as it was; of a new object, as it is in a blank one."""
    return lambda old, new, _: replace(new, **{tag: getattr(old or blank, tag)})


def turning(by: Callable[[Any], Any], *tags: str) -> Rewrite:
    """Store something else in some fields than what was sent."""
    return lambda _, new, __: replace(new, **{tag: by(getattr(new, tag)) for tag in tags})


def turning_sent(by: Callable[[Any], Any], tag: str) -> Rewrite:
    """Store something else in a field, where the request names it."""
    return lambda _, new, form: turning(by, tag)(_, new, form) if tag in form else new


def resetting(tag: str, value: Any) -> Rewrite:
    """Give a field a value where the request does not name it."""
    return lambda _, new, form: new if tag in form else replace(new, **{tag: value})


def fixing(tag: str, value: Any) -> Rewrite:
    """Give a field a value whatever the request says."""
    return lambda _, new, __: replace(new, **{tag: value})


def of_failover(part: str, by: Callable[[str], str]) -> Rewrite:
    """Store something else in a part of the failover, where there is one."""

    def rewrite(_: Any, new: Any, __: Form) -> Any:
        if new.failover is None:
            return new
        changed = {part: by(getattr(new.failover, part))}
        return replace(new, failover=replace(new.failover, **changed))

    return rewrite


def accepting(
    endpoint: str, code: int, completed: Callable[[Element], bool], *, when: Change | None = None
) -> Alteration:
    """Return: accepts what it should reject, by asking itself for what would be right.

    Args:
        endpoint: The request that should be rejected.
        code: The code with which.
        completed: Makes the request right in place; says whether it concerns this mistake.
        when: Called before the second attempt.
    """

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        if code_of(reply) != code:
            return reply
        concerned: list[bool] = []
        second = edited(request, lambda body: concerned.append(completed(body)))
        if not concerned[0]:
            return reply
        if when is not None:
            when(pbx, request)
        return proceed(second)

    return intercepting(endpoint, by=intercept)


def asking(endpoint: str, by: Callable[[Element], None]) -> Alteration:
    """Return: takes a request (its `kpbx_request`) for another one."""
    return intercepting(endpoint, by=lambda _pbx, request, proceed: proceed(edited(request, by)))


def listing(
    endpoint: str, path: str, by: Callable[[list[Element]], Iterable[Element]]
) -> Alteration:
    """Return: lists other records; `path` leads from the root of the answer to a record."""
    holder, _, _ = path.rpartition("/")

    def shape(root: Element) -> None:
        parent = root.find(holder)
        if parent is not None:
            parent[:] = list(by(list(parent)))

    return shaping(endpoint, by=shape)


def showing(endpoint: str, tag: str, by: Callable[[str], str]) -> Alteration:
    """Return: shows another text in each element of a tag."""

    def shape(root: Element) -> None:
        for element in root.iter(tag):
            if not len(element):
                element.text = by(element.text or "")

    return shaping(endpoint, by=shape)


def setting(element: Element, path: str, text: str) -> None:
    """Give an element below another a text, making it where it is not there."""
    for tag in path.split("/"):
        found = element.find(tag)
        element = SubElement(element, tag) if found is None else found
    element.text = text
