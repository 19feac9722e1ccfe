"""Checks of code 13: as many extensions as the licence names, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check import requirement
from conformance.families.users.views import nothing_changed
from conformance.objects import apply, licensed_extensions, one, user_fields

if TYPE_CHECKING:
    from typing import NoReturn

    from conformance.check import Check
    from conformance.objects import Extensions
    from conformance.wire.exchange import Exchange

POST = "users.configs.post"
LIMIT = f"{POST}.licensed-limit"
REACHED = 13


def counted(extensions: Extensions) -> int:
    """How many extensions are enabled: whether a disabled one needs a licence is not said."""
    rows = extensions.listed().values()
    return sum(one(record, "enabled").strip() == "true" for record in rows)


def add_one(extensions: Extensions, exten: str = "") -> Exchange:
    """Add an extension of the run's own, whatever the answer."""
    return extensions.add(user_fields(exten or extensions.free()), to_the_limit=True)


def search_limit(check: Check, extensions: Extensions) -> NoReturn:
    """Without a number from the licence: see whether the free numbers come upon a limit."""
    for _ in range(extensions.spare):
        exchange = add_one(extensions)
        if exchange.code == REACHED:
            check.passed(f"{POST}.code-13")
            check.not_run("a limit was met, but GET /license/pxbinstance does not name it")
        check.expect_code(exchange, 0)
    check.not_run(
        "GET /license/pxbinstance names no number of licensed extensions, "
        f"and {extensions.spare} more than there were met no limit"
    )


def beyond(check: Check, extensions: Extensions, limit: int, left: int) -> Exchange:
    """Add until the licence has to say no, whichever extensions it counts."""
    for tried in range(left):
        before, enabled, exten = extensions.listed(), counted(extensions), extensions.free()
        exchange = add_one(extensions, exten)
        if exchange.code != 0:
            nothing_changed(check, before, f"{POST}.rejected-adds-nothing")
            expected = f"code 13 at {limit} extensions, or at {limit} enabled ones"
            observed = f"it came at {len(before)}, {enabled} of them enabled"
            check.that(LIMIT, not tried or enabled >= limit, expected, observed, exchange)
            return exchange
        if enabled >= limit or exten not in extensions.listed():
            return exchange
        apply(check)
    return check.inconclusive(
        f"more than {limit} extensions are accepted; {counted(extensions)} of them are enabled, "
        "and the free numbers do not suffice to reach the licensed number with enabled ones"
    )


@requirement(f"{POST}.code-13", LIMIT)
def test_licensed_number_is_the_limit(check: Check, extensions: Extensions) -> None:
    limit, spare = licensed_extensions(check), extensions.spare
    if limit is None:
        search_limit(check, extensions)
    there = len(extensions.listed())
    room = max(limit - there, 0)
    if room + 1 > spare:
        check.not_run(
            f"{there} of {limit} licensed extensions exist; to go beyond takes {room + 1} free "
            f"numbers, and pixit.extensions has {spare}"
        )
    own = [extensions.free() for _ in range(room)]
    for number, exten in enumerate(own, there + 1):
        exchange = add_one(extensions, exten)
        expected = f"code 0 for extension {number} of {limit} licensed"
        check.that(LIMIT, exchange.code == 0, expected, exchange.summary(), exchange)
    apply(check)
    check.expect_code(beyond(check, extensions, limit, spare - room), REACHED)
    if len(extensions.listed()) > limit > there:
        check.remark(LIMIT, "disabled extensions do not count towards the licensed number")
    if own:
        check.expect_code(extensions.remove(own[-1]), 0)
        apply(check)
        exchange = add_one(extensions, own[-1])
        expected = "code 0 once one of them is removed"
        check.that(LIMIT, exchange.code == 0, expected, exchange.summary(), exchange)
