"""Seeded into DELETE /users/configs/<exten>: what is gone, and what is not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistaken_objects import (
    first,
    following,
    left_in,
    preceding,
    removing_instead,
    removing_too,
)
from conformance.emulator.mistakes import USERS, also, defect, ineffective
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

DELETE, POST = "DELETE /users/configs/<exten>", "POST /users/configs/"
VIEWS = ("brief", "configs", "registrations")


def _disable_first(pbx: Pbx, _: ApiRequest) -> None:
    for exten, user in list(USERS.read(pbx).items())[:1]:
        USERS.put(pbx, exten, replace(user, enabled=False))


def _inherited() -> Alteration:
    """What is added under a number that was removed inherits the voicemail and the failover."""
    removed: dict[str, Any] = {}

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


def removal_defects() -> Iterator[Defect]:
    """Everything of this module."""
    rows = [
        ("does-nothing", "answers Success and removes nothing", ineffective(DELETE)),
        (
            "removes-the-next",
            "removes the next extension instead",
            removing_instead(DELETE, USERS, following),
        ),
        (
            "removes-the-next-too",
            "removes the next extension as well",
            removing_too(DELETE, USERS, following),
        ),
        (
            "removes-the-first-too",
            "removes the first extension as well",
            removing_too(DELETE, USERS, first),
        ),
        (
            "removes-the-one-before-too",
            "removes the extension before it as well",
            removing_too(DELETE, USERS, preceding),
        ),
        ("disables-another", "disables the first extension", also(DELETE, by=_disable_first)),
        ("number-stays-taken", "never gives a number again", left_in(DELETE, POST, USERS)),
        ("number-inherits", "what gets the number again inherits from the old one", _inherited()),
    ]
    for name, title, alteration in rows:
        yield defect(DELETE, name, "write", title, alteration, oracle="model")
    for view in VIEWS:
        for place, endpoint in (
            ("list", f"GET /users/{view}/"),
            ("single", f"GET /users/{view}/<exten>"),
        ):
            yield defect(
                DELETE,
                f"stays-in-{view}-{place}",
                "write",
                f"{endpoint} goes on showing the extension",
                left_in(DELETE, endpoint, USERS),
                oracle="views",
            )
