"""The emulated /pbx: pending changes, callgroups, conference rooms."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element

from conformance.emulator.document import Form, InvalidValueError, add, add_flag, number
from conformance.emulator.failover import add_failover, read_failover
from conformance.emulator.model import INCOMING, Callgroup, Priority, User
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Document, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_ADDED = Codes(
    "callgroup",
    {
        0: "Success",
        10: "Invalid callgroup request",
        12: "One or more required field missing",
        13: "Licensed callgroup number reached",
        14: "Callgroup not saved",
    },
)
_CHANGED = Codes(
    "callgroup",
    {
        0: "Success",
        10: "Invalid callgroup request",
        12: "One or more required field missing",
        14: "Callgroup not saved",
        15: "Callgroup not exists",
        16: "Empty request",
    },
)
_REMOVED = Codes(
    "callgroup",
    {0: "Success", 15: "Callgroup not exists", 17: "Callgroup not deleted"},
)

_FIELDS = ("name", "timeout", "selection", "enabled", "failover", "priorities")


class _MissingError(Exception):
    """A required field is missing or blank."""


def _pending(pbx: Pbx, _: ApiRequest) -> Reply:
    return _answer("pbx_pending", pbx.config.pending)


def _apply(pbx: Pbx, _: ApiRequest) -> Reply:
    return _answer("pbx_applied", pbx.apply())


def _revert(pbx: Pbx, _: ApiRequest) -> Reply:
    return _answer("pbx_reverted", pbx.revert())


def _callgroups(pbx: Pbx, _: ApiRequest) -> Reply:
    return _listing(pbx, pbx.config.draft.callgroups.values())


def _callgroup(pbx: Pbx, request: ApiRequest) -> Reply:
    group = pbx.config.draft.callgroups.get(request.argument)
    return _listing(pbx, [] if group is None else [group])


def _add(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("callgroup")
    if form is None:
        return _ADDED(10)
    draft = pbx.config.draft
    blank = Callgroup(id=str(pbx.new_id()), name="", priorities=())
    try:
        group = _filled(blank, form, draft.users)
    except _MissingError:
        return _ADDED(12)
    except InvalidValueError:
        return _ADDED(14)
    if pbx.key_required and len(draft.callgroups) >= pbx.licence.callgroups:
        return _ADDED(13)
    if not pbx.stores:
        return _ADDED(14)
    pbx.config.edit().callgroups[group.id] = group
    return _ADDED(0)


def _change(pbx: Pbx, request: ApiRequest) -> Reply:  # noqa: PLR0911 - a return per code
    form = request.body.block("callgroup")
    if form is None:
        return _CHANGED(10)
    group = pbx.config.draft.callgroups.get(request.argument)
    if group is None:
        return _CHANGED(15)
    if not form.has_any(*_FIELDS):
        return _CHANGED(16)
    try:
        changed = _filled(group, form, pbx.config.draft.users)
    except _MissingError:
        return _CHANGED(12)
    except InvalidValueError:
        return _CHANGED(14)
    if not pbx.stores:
        return _CHANGED(14)
    pbx.config.edit().callgroups[group.id] = changed
    return _CHANGED(0)


def _remove(pbx: Pbx, request: ApiRequest) -> Reply:
    if request.argument not in pbx.config.draft.callgroups:
        return _REMOVED(15)
    if request.argument == INCOMING or not pbx.stores:
        return _REMOVED(17)
    del pbx.config.edit().callgroups[request.argument]
    return _REMOVED(0)


def _conferences(pbx: Pbx, _: ApiRequest) -> Reply:
    root = etree.Element("conferences")
    for room in pbx.conferences:
        conference = add(root, "conference")
        add(conference, "name", room.name)
        add_flag(conference, "enabled", room.enabled)
        selection = add(conference, "selection")
        add(selection, "internal", room.internal)
        add(selection, "external", room.external)
        add(conference, "admin_pin", room.admin_pin)
        add(conference, "user_pin", room.user_pin)
    return Document(root)


def _filled(group: Callgroup, form: Form, users: Mapping[str, User]) -> Callgroup:
    priorities = _priorities(form)
    name = form.text("name", group.name)
    if not name.strip():
        raise _MissingError("name")
    selection = form.word("selection") if "selection" in form else group.selection
    timeout = number(form.word("timeout")) if form.word("timeout") else group.timeout
    unknown = any(member not in users for level in priorities for member in level.members)
    if timeout is None or unknown or (selection and number(selection) is None):
        raise InvalidValueError("timeout, member or selection")
    return replace(
        group,
        name=name,
        selection=selection,
        timeout=timeout,
        enabled=form.flag("enabled", group.enabled),
        failover=read_failover(form, group.failover),
        priorities=priorities,
    )


def _priorities(form: Form) -> tuple[Priority, ...]:
    """Read the members, which every request must give (`PUT /pbx/callgroups/<callgroupid>`)."""
    block = form.block("priorities")
    found = () if block is None else tuple(map(_priority, block.blocks("priority")))
    if not any(priority.members for priority in found):
        raise _MissingError("priorities")
    return found


def _priority(form: Form) -> Priority:
    if form.lacks("id"):
        raise _MissingError("id")
    level = number(form.word("id"))
    if level is None:
        raise InvalidValueError("id")
    members = form.block("members")
    blocks = [] if members is None else list(members.blocks("member"))
    if any(member.lacks("exten") for member in blocks):
        raise _MissingError("exten")
    return Priority(level, tuple(member.word("exten") for member in blocks))


def _answer(tag: str, value: bool) -> Document:
    root = etree.Element(tag)
    root.text = "true" if value else "false"
    return Document(root)


def _listing(pbx: Pbx, groups: Iterable[Callgroup]) -> Document:
    root, name = etree.Element("callgroups"), _display_names(pbx)
    for group in groups:
        callgroup = add(root, "callgroup")
        add(callgroup, "id", group.id)
        add(callgroup, "name", group.name)
        add(callgroup, "selection", group.selection)
        add_flag(callgroup, "enabled", group.enabled)
        add(callgroup, "timeout", str(group.timeout))
        add_failover(callgroup, group.failover)
        priorities = add(callgroup, "priorities")
        for level in group.priorities:
            _add_priority(priorities, level, name)
    return Document(root)


def _add_priority(parent: Element, level: Priority, name: Callable[[str], str]) -> None:
    priority = add(parent, "priority")
    add(priority, "id", str(level.id))
    members = add(priority, "members")
    for exten in level.members:
        member = add(members, "member")
        add(member, "exten", exten)
        add(member, "display_name", name(exten))


def _display_names(pbx: Pbx) -> Callable[[str], str]:
    users = pbx.config.draft.users
    return lambda exten: users[exten].identity


ROUTES = [
    EmulatedRoute("GET", "/pbx/pending", _pending),
    EmulatedRoute("PUT", "/pbx/apply", _apply, license_exempt=True),
    EmulatedRoute("PUT", "/pbx/revert", _revert),
    EmulatedRoute("GET", "/pbx/callgroups", _callgroups),
    EmulatedRoute("GET", "/pbx/callgroups/<callgroupid>", _callgroup),
    EmulatedRoute("POST", "/pbx/callgroups", _add),
    EmulatedRoute("PUT", "/pbx/callgroups/<callgroupid>", _change),
    EmulatedRoute("DELETE", "/pbx/callgroups/<callgroupid>", _remove),
    EmulatedRoute("GET", "/pbx/conferences", _conferences),
]
