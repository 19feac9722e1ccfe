"""The emulated PBX with one wrong behaviour, or with one that is unusual and permitted."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from conformance import catalogue
from conformance.check import Check
from conformance.dialect import Dialect
from conformance.emulator.replies import Document
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from conformance.lab.conditions import NoLab
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.lab.target import Connection, Pixit, Target
from conformance.sut import Sut
from conformance.wire.client import WireClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.emulator.dispatch import Answer, Interceptor
    from conformance.emulator.pbx import Pbx
    from conformance.emulator.replies import Reply
    from conformance.emulator.routing import ApiRequest
    from conformance.wire.client import Outgoing
    from conformance.wire.exchange import Exchange

SETTINGS = EmulatorSettings(users=4, calls=0, boot_s=0.05)
PIXIT = Pixit(
    extensions=tuple(map(str, range(9000, 9020))),
    callgroup_selections=tuple(map(str, range(9100, 9110))),
    route_destination="198.51.100.0/24",
    reboot_timeout_s=10,
)
# A restart takes a while to be seen: only the test that is about it allows it.
WITHOUT_RESTART = ALL_CLASSES - {SafetyClass.REBOOT, SafetyClass.HALT}

_AS_BEFORE: WeakKeyDictionary[Check, bool] = WeakKeyDictionary()


@contextmanager
def check_on(
    *interceptors: Interceptor, seed: int = 0, allow: frozenset[SafetyClass] = WITHOUT_RESTART
) -> Iterator[Check]:
    """A check on an emulated PBX with these interceptors."""
    with EmulatorServer(SETTINGS, emulated_routes(), interceptors=interceptors) as server:
        target = Target(Connection(url=server.url, name="emulated"), pixit=PIXIT)
        client = WireClient(target.connection, allow)
        sut = Sut(
            catalogue=catalogue.load(),
            target=target,
            client=client,
            lab=NoLab(),
            dialect=Dialect(),
            seed=seed,
        )
        before = server.pbx.snapshot()
        check = Check(sut, [])
        yield check
        check.finish()
        sut.close()
        _AS_BEFORE[check] = server.pbx.snapshot() == before


def is_as_before(check: Check) -> bool:
    """Whether a check has left the PBX as it was."""
    return _AS_BEFORE[check]


def recorded(check: Check) -> list[str]:
    """The requests of a check without their ids, as they are sent from now on."""
    lines: list[str] = []
    send = check.sut.client.send

    def kept(outgoing: Outgoing, *more: Any) -> Exchange:
        body = re.sub(rb"<request_id>.*</request_id>", b"", outgoing.body)
        lines.append(f"{outgoing.method} {outgoing.path} {body.decode()}")
        return send(outgoing, *more)

    check.sut.client.send = kept  # type: ignore[method-assign, assignment]
    return lines


def name_of(request: ApiRequest) -> str:
    """The guide's heading of a request."""
    return f"{request.route.method} {request.route.path}"


def around(*names: str) -> Callable[[Interceptor], Interceptor]:
    """Have an interceptor stand around some endpoints only."""

    def decorate(inner: Interceptor) -> Interceptor:
        def interceptor(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
            if name_of(request) in names:
                return inner(pbx, request, answer)
            return answer(request)

        return interceptor

    return decorate


# --- permitted, and unusual --------------------------------------------------------------------


def immediate(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """Changes are in operation at once (RD-17)."""
    reply = answer(request)
    if pbx.config.pending:
        pbx.apply()
    return reply


def immediate_network(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """Changes of the network are in operation at once, the others wait."""
    was, reply = pbx.config.pending, answer(request)
    if "/system/network/" in request.route.path:
        config = pbx.config
        config.running.dns, config.running.routes = config.draft.dns, dict(config.draft.routes)
        config.pending = was
    return reply


def shows_running(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """A GET shows the running configuration (RD-36)."""
    reads = request.route.method == "GET" and not request.route.path.startswith("/phonebook")
    if not reads:
        return answer(request)
    draft, pbx.config.draft = pbx.config.draft, pbx.config.running
    try:
        return answer(request)
    finally:
        pbx.config.draft = draft


def reverts_the_phonebook() -> Interceptor:
    """Contacts are pending until they are applied, as everything else (RD-18)."""
    applied: list[object] = []

    def interceptor(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
        before = list(pbx.phonebook)
        if not applied:
            applied.append(before)
        reply, name = answer(request), name_of(request)
        if name == "PUT /pbx/revert":
            for contact in list(pbx.phonebook):
                pbx.phonebook.remove(contact.id)
            for contact in applied[0]:  # type: ignore[attr-defined]
                pbx.phonebook.put(contact)
        elif name == "PUT /pbx/apply":
            applied[0] = list(pbx.phonebook)
        elif list(pbx.phonebook) != before and request.route.path.startswith("/phonebook"):
            pbx.config.edit()
        return reply

    return interceptor


# --- wrong -------------------------------------------------------------------------------------


def unchanged(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """Say that something was done, and do nothing."""
    before = pbx.config.draft.copy()
    reply = answer(request)
    pbx.config.draft = before
    return reply


lost_update = around("PUT /users/configs/<exten>")(unchanged)
deletes_nothing = around("DELETE /pbx/callgroups/<callgroupid>")(unchanged)
lost_route = around("PUT /system/network/routes")(unchanged)


def keeps(part: str, *names: str) -> Interceptor:
    """Have requests leave one part of what was written as it was before them."""

    @around(*names)
    def interceptor(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
        kept = getattr(pbx.config.draft, part)
        reply = answer(request)
        setattr(pbx.config.draft, part, kept)
        return reply

    return interceptor


def running_kept(part: str) -> Interceptor:
    """Have apply leave out one part."""

    @around("PUT /pbx/apply")
    def interceptor(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
        kept = getattr(pbx.config.running, part)
        reply = answer(request)
        setattr(pbx.config.running, part, kept)
        setattr(pbx.config.draft, part, kept.copy() if isinstance(kept, dict) else kept)
        return reply

    return interceptor


@around(
    "POST /system/network/routes",
    "PUT /system/network/routes",
    "DELETE /system/network/routes/<id>",
)
def pending_forgets_routes(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """Changes of routes wait to be applied, but nobody is told."""
    was, reply = pbx.config.pending, answer(request)
    pbx.config.pending = was
    return reply


revert_forgets_dns = keeps("dns", "PUT /pbx/revert")
revert_forgets_callgroups = keeps("callgroups", "PUT /pbx/revert")
apply_forgets_routes = running_kept("routes")


@around("PUT /users/configs/<exten>")
def resets_the_mail(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """A change of an extension that names no mail address forgets it."""
    reply, users = answer(request), pbx.config.draft.users
    form = request.body.block("user")
    if request.argument in users and form is not None and "vm_email" not in form:
        users[request.argument] = replace(users[request.argument], vm_email="")
    return reply


@around("POST /users/configs/")
def overwrites(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """Adding an extension that is there puts another in its place."""
    form = request.body.block("user")
    if form is not None and form.word("exten") in pbx.config.draft.users:
        del pbx.config.draft.users[form.word("exten")]
    return answer(request)


def brief_is_late() -> Interceptor:
    """The brief configuration goes on showing the first name that it showed first."""
    first: dict[str, str] = {}

    @around("GET /users/brief/", "GET /users/brief/<exten>")
    def interceptor(_: Pbx, request: ApiRequest, answer: Answer) -> Reply:
        reply = answer(request)
        assert isinstance(reply, Document)
        there = {user.findtext("exten") or "": user for user in reply.content}
        if not request.argument:
            for gone in first.keys() - there.keys():
                del first[gone]
        for exten, user in there.items():
            name = user.find("first_name")
            assert name is not None
            name.text = first.setdefault(exten, name.text or "")
        return reply

    return interceptor


@around("PUT /phonebook/contacts")
def changes_all_contacts(pbx: Pbx, request: ApiRequest, answer: Answer) -> Reply:
    """A change of one contact gives every system contact its organization."""
    reply, form = answer(request), request.body.block("contact")
    if form is not None:
        for contact in list(pbx.phonebook):
            pbx.phonebook.put(replace(contact, organization=form.text("organization")))
    return reply
