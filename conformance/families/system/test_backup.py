"""Checks of POST /system/backup/create: a file, or the reason why there is none."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from conformance.check import Answer, requirement
from conformance.wire.client import LARGEST_BODY

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

ENDPOINT = "POST /system/backup/create"
POST = "system.backup.create.post"
NAME = "kpbx-conformance"
STREAM = "application/octet-stream"


def create(check: Check, body: Body, **how: Any) -> Exchange:
    """Ask for a backup.

    Raises:
        Inconclusive: none came within the time-out: making one may take longer.
    """
    exchange = check.call(ENDPOINT, body, answer=Answer.STREAM, may_be_lost=True, **how)
    if exchange.response is None and "time-out" in exchange.lost:
        check.inconclusive(f"{exchange.lost}; a larger timeout_s in the target file may help")
    return exchange


def is_file(check: Check, requirement_id: str, exchange: Exchange) -> None:
    """State that an answer is a whole file, of the documented type."""
    response = exchange.response
    kind = response.media_type if response else ""
    check.that(requirement_id, kind == STREAM, STREAM, exchange.summary(), exchange)
    assert response is not None
    check.that(requirement_id, response.body, "a file", "nothing in it", exchange)
    message = exchange.root is not None
    check.that(requirement_id, not message, "a file", exchange.summary(), exchange)
    cut_here = len(response.body) > LARGEST_BODY
    check.that(requirement_id, cut_here or not exchange.lost, "all of it", exchange.lost, exchange)
    check.that(requirement_id, exchange.status == 200, "HTTP 200", exchange.summary(), exchange)


def whole(phonebook: bool, sounds: bool) -> Body:
    """A request with every tag."""
    includes = {"phonebook": phonebook, "sounds": sounds}
    return {"backup": {"name": NAME, "description": "of a test", "includes": includes}}


@requirement(f"{POST}.binary")
def test_backup_is_a_file(check: Check) -> None:
    is_file(check, f"{POST}.binary", create(check, whole(phonebook=False, sounds=False)))


@requirement(f"{POST}.name-suffices")
def test_name_is_the_only_mandatory_tag(check: Check) -> None:
    is_file(check, f"{POST}.name-suffices", create(check, {"backup": {"name": NAME}}))


@requirement(f"{POST}.includes")
def test_phonebook_and_sounds_may_be_included(check: Check) -> None:
    for phonebook, sounds in product((True, False), repeat=2):
        is_file(check, f"{POST}.includes", create(check, whole(phonebook, sounds)))
    for alone in ("phonebook", "sounds"):
        body = {"backup": {"name": NAME, "includes": {alone: True}}}
        is_file(check, f"{POST}.includes", create(check, body))


@requirement(f"{POST}.code-10")
def test_backup_tag_missing(check: Check) -> None:
    bodies: dict[str, Body] = {
        "nothing": {},
        "another tag": {"restore": {"name": NAME}},
        "the name alone": {"name": NAME},
    }
    for said, body in bodies.items():
        check.expect_code(create(check, body, broken=f"{said} in place of backup"), 10)


@requirement(f"{POST}.code-12")
def test_name_missing(check: Check) -> None:
    for said, name in (("no", None), ("an empty", "")):
        body = {"backup": {"name": name, "description": "of a test"}}
        check.expect_code(create(check, body, broken=f"{said} name"), 12)


@requirement(f"{POST}.code-11")
def test_backup_can_not_be_made(check: Check) -> None:
    with check.condition("storage-failure"):
        check.expect_code(create(check, whole(phonebook=False, sounds=False)), 11)
