"""Seeded into /pbx/callgroups: what is removed, and what a rejected request changes."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from lxml.etree import _Element as Element

from conformance.emulator.document import Form
from conformance.emulator.mistaken_objects import (
    first,
    following,
    left_in,
    preceding,
    removing_instead,
    removing_too,
)
from conformance.emulator.mistakes import (
    CALLGROUPS,
    Change,
    accepting,
    defect,
    despite,
    ineffective,
    setting,
)
from conformance.emulator.model import INCOMING, Callgroup
from conformance.emulator.pbx import Pbx
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

POST, PUT = "POST /pbx/callgroups", "PUT /pbx/callgroups/<callgroupid>"
DELETE = "DELETE /pbx/callgroups/<callgroupid>"
GET, LIST = "GET /pbx/callgroups/<callgroupid>", "GET /pbx/callgroups"


def removals() -> Iterator[Defect]:
    """DELETE removes another callgroup, one more, or none."""
    rows = (
        ("does-nothing", "answers Success and removes nothing", ineffective(DELETE)),
        (
            "removes-another",
            "removes another one instead",
            removing_instead(DELETE, CALLGROUPS, preceding),
        ),
        (
            "removes-the-next-too",
            "removes the next one as well",
            removing_too(DELETE, CALLGROUPS, following),
        ),
        (
            "removes-the-one-before-too",
            "removes the one before as well",
            removing_too(DELETE, CALLGROUPS, preceding),
        ),
        (
            "removes-incoming-too",
            "removes incoming as well",
            removing_too(DELETE, CALLGROUPS, first),
        ),
        ("stays-in-list", "leaves it in the list", left_in(DELETE, LIST, CALLGROUPS)),
        ("stays-in-single", "goes on showing it alone", left_in(DELETE, GET, CALLGROUPS)),
    )
    for name, title, alteration in rows:
        yield defect(DELETE, name, "write", title, alteration, oracle="model")
    yield defect(
        DELETE,
        "incoming-emptied",
        "rejected",
        "answers 17 for incoming, and takes its members",
        despite(DELETE, 17, _empty_asked),
    )


def _empty_asked(pbx: Pbx, request: ApiRequest) -> None:
    group = CALLGROUPS.read(pbx)[request.argument]
    pbx.config.edit().callgroups[group.id] = replace(group, priorities=(), enabled=False)


def _remove_asked(pbx: Pbx, request: ApiRequest) -> None:
    pbx.config.edit().callgroups.pop(request.argument, None)


def _remove_last(pbx: Pbx, _: ApiRequest) -> None:
    key = list(CALLGROUPS.read(pbx))[-1]
    pbx.config.edit().callgroups.pop(key, None)


def _add_stray(pbx: Pbx, request: ApiRequest) -> None:
    form = request.body.block("callgroup") or Form.empty()
    key = request.argument or str(pbx.new_id())
    stray = Callgroup(key, form.text("name") or "Stray", (), form.text("selection"))
    pbx.config.edit().callgroups[key] = stray


def _disable_asked(pbx: Pbx, request: ApiRequest) -> None:
    group = CALLGROUPS.read(pbx).get(request.argument) or CALLGROUPS.read(pbx)[INCOMING]
    pbx.config.edit().callgroups[group.id] = replace(group, enabled=False, timeout=99)


def _rename_asked(pbx: Pbx, request: ApiRequest) -> None:
    group, form = CALLGROUPS.read(pbx).get(request.argument), request.body.block("callgroup")
    if group and form:
        renamed = replace(group, name=form.text("name") or "Changed", timeout=99)
        pbx.config.edit().callgroups[group.id] = renamed


REJECTED: tuple[tuple[str, int, str, str, Change], ...] = (
    (POST, 10, "adds-a-stray", "adds an empty callgroup", _add_stray),
    (POST, 12, "adds-a-stray", "adds what there is of the callgroup", _add_stray),
    (POST, 14, "stores", "adds the callgroup all the same", _add_stray),
    (PUT, 10, "disables", "disables the callgroup", _disable_asked),
    (PUT, 12, "stores", "stores what there is of the change", _rename_asked),
    (PUT, 14, "stores", "stores the change all the same", _rename_asked),
    (PUT, 15, "creates", "adds the callgroup that does not exist", _add_stray),
    (PUT, 15, "changes-another", "changes another callgroup", _disable_asked),
    (PUT, 16, "changes", "resets the callgroup", _rename_asked),
    (DELETE, 15, "removes-another", "removes the last callgroup", _remove_last),
    (DELETE, 17, "removes", "removes the callgroup all the same", _remove_asked),
)
"""Endpoint, code, end of the id, what happens, and how."""


def _fill_name(missing: bool, body: Element) -> bool:
    group = body.find("callgroup")
    if group is None or (group.find("name") is None) != missing or group.findtext("name"):
        return False
    setting(group, "name", "Nameless")
    return True


def _fill_members(body: Element, user: str) -> bool:
    group = body.find("callgroup")
    if group is None or not group.findtext("name") or group.find(".//member") is not None:
        return False
    setting(group, "priorities/priority/id", "1")
    setting(group, "priorities/priority/members/member/exten", user)
    return True


def rejections() -> Iterator[Defect]:
    """A rejected request changes something, or one is accepted that should be rejected."""
    for endpoint, code, name, said, change in REJECTED:
        alteration, title = despite(endpoint, code, change), f"answers {code} and {said}"
        yield defect(endpoint, f"code-{code}-{name}", "rejected", title, alteration, oracle="model")
    for how, missing in (("missing", True), ("empty", False)):
        alteration = accepting(POST, 12, partial(_fill_name, missing))
        title = f"adds a callgroup whose name is {how}"
        yield defect(POST, f"name-{how}-accepted", "rejected", title, alteration, oracle="code")
    for endpoint in (POST, PUT):
        yield defect(
            endpoint,
            "members-missing-accepted",
            "rejected",
            "accepts a callgroup without members",
            accepting(endpoint, 12, lambda body: _fill_members(body, "101")),
            oracle="code",
        )


def callgroup_rejection_defects() -> list[Defect]:
    """Everything of this module."""
    return [*removals(), *rejections()]
