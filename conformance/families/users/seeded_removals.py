"""Seeded into DELETE /users/configs/<exten>: what is gone, and what is not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting, name_of, whole
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import USERS, also, defect, ineffective
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

if TYPE_CHECKING:
    from conformance.emulator.model import User

DELETE, POST = "DELETE /users/configs/<exten>", "POST /users/configs/"
VIEWS = ("brief", "configs", "registrations")


def _left_in(endpoint: str) -> Alteration:
    """A view goes on showing what was removed."""
    removed: dict[str, User] = {}

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        users = pbx.config.draft.users
        if name_of(request) == DELETE:
            user = users.get(request.argument)
            reply = proceed(request)
            if user is not None and code_of(reply) == 0:
                removed[user.exten] = user
            return reply
        ghosts = {exten: user for exten, user in removed.items() if exten not in users}
        users.update(ghosts)
        reply = whole(proceed(request))
        for exten in ghosts:
            del users[exten]
        return reply

    return intercepting(DELETE, endpoint, by=intercept)


def _instead(choose: Callable[[list[str], str], str]) -> Alteration:
    """Another extension is removed in place of the one asked for."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        extens = list(pbx.config.draft.users)
        if request.argument in extens:
            request = replace(request, argument=choose(extens, request.argument))
        return proceed(request)

    return intercepting(DELETE, by=intercept)


def _next(extens: list[str], exten: str) -> str:
    return extens[(extens.index(exten) + 1) % len(extens)]


def _as_well(choose: Callable[[list[str], str], str]) -> Alteration:
    removed: list[str] = []

    def remember(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        extens = list(pbx.config.draft.users)
        if request.argument in extens:
            removed[:] = [choose(extens, request.argument)]
        reply = proceed(request)
        if code_of(reply) == 0 and removed[0] in pbx.config.draft.users:
            pbx.config.draft.remove_user(removed[0])
        return reply

    return intercepting(DELETE, by=remember)


def _disable_others(pbx: Pbx, _: ApiRequest) -> None:
    for exten, user in list(USERS.read(pbx).items())[:1]:
        USERS.put(pbx, exten, replace(user, enabled=False))


def _heir() -> Alteration:
    """What is added under a number that was removed inherits the voicemail and the failover."""
    removed: dict[str, User] = {}

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        before = USERS.read(pbx)
        reply = proceed(request)
        after = USERS.read(pbx)
        removed.update({key: user for key, user in before.items() if key not in after})
        for exten in after.keys() - before.keys():
            if old := removed.get(exten):
                kept = replace(after[exten], failover=old.failover, vm_email=old.vm_email)
                USERS.put(pbx, exten, kept)
        return reply

    return intercepting(DELETE, POST, by=intercept)


def _taken() -> Alteration:
    """A number that was removed counts as taken for ever."""
    removed: dict[str, User] = {}

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        users = pbx.config.draft.users
        if name_of(request) == DELETE:
            removed.update({key: user for key, user in users.items() if key == request.argument})
            return proceed(request)
        ghosts = {exten: user for exten, user in removed.items() if exten not in users}
        users.update(ghosts)
        reply = whole(proceed(request))
        for exten in ghosts:
            users.pop(exten, None)
        return reply

    return intercepting(DELETE, POST, by=intercept)


def removal_defects() -> Iterator[Defect]:
    """Everything of this module."""
    rows: list[tuple[str, str, Alteration]] = [
        ("does-nothing", "answers Success and removes nothing", ineffective(DELETE)),
        ("removes-the-next", "removes the next extension instead", _instead(_next)),
        ("removes-the-next-too", "removes the next extension as well", _as_well(_next)),
        (
            "removes-the-first-too",
            "removes the first extension as well",
            _as_well(lambda extens, _: extens[0]),
        ),
        (
            "removes-the-shorter-too",
            "removes the extension before it as well",
            _as_well(lambda extens, exten: extens[extens.index(exten) - 1]),
        ),
        (
            "disables-another",
            "disables the first extension as well",
            also(DELETE, by=_disable_others),
        ),
        ("number-stays-taken", "never gives a number again", _taken()),
        ("number-keeps-the-old", "what gets the number again inherits from the old one", _heir()),
    ]
    for name, title, alteration in rows:
        yield defect(DELETE, name, "write", title, alteration, oracle="model")
    for view in VIEWS:
        yield defect(
            DELETE,
            f"stays-in-{view}",
            "write",
            f"leaves the extension in the list of {view}",
            _left_in(f"GET /users/{view}/"),
            oracle="views",
        )
        yield defect(
            DELETE,
            f"stays-in-single-{view}",
            "write",
            f"goes on showing the extension to GET /users/{view}/<exten>",
            _left_in(f"GET /users/{view}/<exten>"),
            oracle="views",
        )
