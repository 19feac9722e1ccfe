"""Permitted but unusual behaviour of /pbx: pending changes and callgroups."""

from dataclasses import replace
from itertools import count

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import handling, shaping, unless_rejected
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import add
from conformance.emulator.model import INCOMING, Callgroup
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Outcome, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_GROUPS = ("GET /pbx/callgroups", "GET /pbx/callgroups/<callgroupid>")
_ADD, _CHANGE = "POST /pbx/callgroups", "PUT /pbx/callgroups/<callgroupid>"
_REMOVE = "DELETE /pbx/callgroups/<callgroupid>"
_PENDING, _APPLY, _REVERT = "GET /pbx/pending", "PUT /pbx/apply", "PUT /pbx/revert"
_READING = ("GET ", "POST /system/network/interfaces")


def _row(name: str, title: str, clause: str, permission: str, alteration: Alteration) -> Variant:
    return Variant(
        id=f"pbx.{name}", title=title, clause=clause, permission=permission, alteration=alteration
    )


# What of a configuration is written below a path.
_HELD = {
    "/users": ("users",),
    "/pbx/callgroups": ("callgroups",),
    "/system/network": ("interfaces", "routes", "dns"),
}


def _at_once(*trees: str) -> Alteration:
    """Put changes below these paths into operation with the request that makes them."""

    def change(pbx: Pbx, request: ApiRequest) -> None:
        running, draft = pbx.config.running, pbx.config.draft
        if request.route.method == "GET" or not request.route.path.startswith(trees):
            return
        for exten in running.users.keys() - draft.users.keys() if "/users" in trees else ():
            running.remove_user(exten)
        for name in (name for tree in trees for name in _HELD[tree]):
            value = getattr(draft, name)
            setattr(running, name, value if isinstance(value, str) else dict(value))
        pbx.config.pending = running != draft

    return handling(by=unless_rejected(change))


def _running(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Have what only asks see the configuration that runs."""
    if not f"{request.route.method} {request.route.path}".startswith(_READING):
        return proceed(request)
    draft, pbx.config.draft = pbx.config.draft, pbx.config.running
    try:
        return proceed(request)
    finally:
        pbx.config.draft = draft


def _true(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    reply = proceed(request)
    if isinstance(reply, Document):
        reply.content.text = "true"
    return reply


def _without(tag: str) -> Alteration:
    """Leave a block out where nothing is configured."""

    def shape(root: Element) -> None:
        for element in [one for one in root.iter(tag) if not len(one) and not one.text]:
            above = element.getparent()
            if above is not None:
                above.remove(element)

    return shaping(*_GROUPS, by=shape)


def _type_alone(root: Element) -> None:
    """Leave the destination out where it says nothing."""
    for failover in list(root.iter("failover")):
        for destination in failover.findall("destination"):
            if not any(child.text for child in destination):
                failover.remove(destination)


def _empty_failover(root: Element) -> None:
    for block in list(root.iter("failover")):
        if not len(block):
            add(block, "intro")
            add(block, "type")


def _numbers_for_names(root: Element) -> None:
    """Show a member under its number."""
    for member in root.iter("member"):
        for name in member.findall("display_name"):
            name.text = member.findtext("exten")


def _words() -> Alteration:
    """Have what is added get a word for its id."""
    numbers = count(1)

    def change(pbx: Pbx, _: ApiRequest) -> None:
        groups = pbx.config.draft.callgroups
        number, group = groups.popitem()
        word = f"grp-{next(numbers):04d}-{number}"
        groups[word] = replace(group, id=word)

    return handling(_ADD, by=unless_rejected(change))


def _refuses_incoming(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if request.argument == INCOMING:
        return Outcome("callgroup", 15, "Callgroup not exists")
    return proceed(request)


def _needs_everything(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("callgroup")
    if form is not None and form.lacks("name", "timeout", "enabled"):
        return Outcome("callgroup", 12, "One or more required field missing")
    return proceed(request)


def _members_first(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    form = request.body.block("callgroup")
    if form is not None and "priorities" not in form and len(form.element):
        return Outcome("callgroup", 12, "One or more required field missing")
    return proceed(request)


def _unknown_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if request.argument not in pbx.config.draft.callgroups:
        return Outcome("callgroup", 15, "Callgroup not exists")
    return proceed(request)


def _incoming_alone(pbx: Pbx) -> None:
    for configuration in (pbx.config.running, pbx.config.draft):
        for name in [name for name in configuration.callgroups if name != INCOMING]:
            del configuration.callgroups[name]
    pbx.conferences.clear()


def _nobody_home(pbx: Pbx) -> None:
    for configuration in (pbx.config.running, pbx.config.draft):
        for group in list(configuration.callgroups.values()):
            configuration.callgroups[group.id] = _unanswered(group)


def _unanswered(group: Callgroup) -> Callgroup:
    levels = tuple(replace(level, members=()) for level in group.priorities)
    return replace(group, priorities=levels, failover=None)


VARIANTS = [
    _row("immediate", "Users, callgroups and network change at once", _PENDING, "RD-17",
         _at_once("/users", "/pbx/callgroups", "/system/network")),
    _row("immediate-users", "Users change at once, all else is pending", _PENDING, "RD-17",
         _at_once("/users")),
    _row("immediate-network", "The network changes at once, all else is pending", _PENDING,
         "RD-17", _at_once("/system/network")),
    _row("immediate-callgroups", "Callgroups change at once, all else is pending", _PENDING,
         "RD-17", _at_once("/pbx/callgroups")),
    _row("running-shown", "A GET shows what runs", _PENDING, "RD-36", handling(by=_running)),
    _row("applied-always-true", "apply and revert are true also when nothing was pending", _APPLY,
         "RD-37", handling(_APPLY, _REVERT, by=_true)),
    _row("members-by-number", "A member's display name is its number", _GROUPS[0], "RD-64",
         shaping(*_GROUPS, by=_numbers_for_names)),
    _row("failover-absent", "No failover block where none is configured", _GROUPS[0], "RD-28",
         _without("failover")),
    _row("selection-absent", "No selection where none is configured", _GROUPS[0], "RD-28",
         _without("selection")),
    _row("gateway-absent", "No gateway tags where no gateway is used", _GROUPS[0], "RD-28",
         _without("gateway_type")),
    _row("destination-absent", "No destination where it says nothing", _GROUPS[0], "RD-28",
         shaping(*_GROUPS, by=_type_alone)),
    _row("failover-of-empty-values", "A failover of empty values where none is configured",
         _GROUPS[0], "RD-28", shaping(*_GROUPS, by=_empty_failover)),
    _row("members-absent", "Callgroups without members, without the block", _GROUPS[0], "RD-28",
         Alteration(prepare=_nobody_home, shape=_without("members").shape)),
    _row("ids-in-words", "The id of a new callgroup is a word", _ADD, "RD-30", _words()),
    _row("incoming-not-found", "Code 15 protects the callgroup incoming", _REMOVE, "RD-15",
         handling(_REMOVE, by=_refuses_incoming)),
    _row("needs-everything", "timeout and enabled are required as well", _ADD, "RD-31",
         handling(_ADD, by=_needs_everything)),
    _row("members-before-unknown", "Code 12 wins over 15", _CHANGE, "RD-16",
         handling(_CHANGE, by=_members_first)),
    _row("unknown-before-request", "Code 15 wins over 10, 12 and 16", _CHANGE, "RD-16",
         handling(_CHANGE, by=_unknown_first)),
    _row("incoming-alone", "No callgroup but incoming, no conference room", _GROUPS[0],
         "population", Alteration(prepare=_incoming_alone)),
]  # fmt: skip
