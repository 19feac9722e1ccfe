"""The emulated /users: registrations, brief and full configuration of extensions."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from lxml import etree
from lxml.etree import _Element as Element

from conformance.emulator.access import md5
from conformance.emulator.document import Form, InvalidValueError, add, add_flag, number
from conformance.emulator.failover import add_failover, read_failover
from conformance.emulator.model import User
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Document, Reply
from conformance.emulator.routing import ApiRequest, EmulatedRoute

_ADDED = Codes(
    "user",
    {
        0: "Success",
        10: "Invalid user request",
        11: "User already exists",
        12: "One or more required field missing",
        13: "Licensed extensions number reached",
        14: "User not saved",
    },
)
_CHANGED = Codes(
    "user",
    {
        0: "Success",
        10: "Invalid user request",
        14: "User not saved",
        15: "User does not exist",
        16: "Empty request",
    },
)
_REMOVED = Codes("user", {0: "Success", 15: "User does not exist"})

_IDENTITY = ("sip_secret", "first_name", "last_name")
_FIELDS = (
    *_IDENTITY,
    "vm_enabled",
    "vm_secret",
    "vm_email",
    "vm_attach_enabled",
    "vm_message_delete",
    "failover",
)


def _registrations(pbx: Pbx, _: ApiRequest) -> Reply:
    enabled = (user for user in pbx.config.draft.users.values() if user.enabled)
    return _listing("registrations", enabled, _add_registration)


def _registration(pbx: Pbx, request: ApiRequest) -> Reply:
    return _listing("registrations", _one(pbx, request), _add_registration)


def _briefs(pbx: Pbx, _: ApiRequest) -> Reply:
    return _listing("users", pbx.config.draft.users.values(), _add_brief)


def _brief(pbx: Pbx, request: ApiRequest) -> Reply:
    return _listing("users", _one(pbx, request), _add_brief)


def _configs(pbx: Pbx, _: ApiRequest) -> Reply:
    return _listing("configs", pbx.config.draft.users.values(), _add_config)


def _config(pbx: Pbx, request: ApiRequest) -> Reply:
    return _listing("configs", _one(pbx, request), _add_config)


def _add(pbx: Pbx, request: ApiRequest) -> Reply:  # noqa: PLR0911 - a return per code
    form, users = request.body.block("user"), pbx.config.draft.users
    if form is None:
        return _ADDED(10)
    if form.lacks("exten", *_IDENTITY):
        return _ADDED(12)
    exten = form.word("exten")
    if exten in users:
        return _ADDED(11)
    if pbx.key_required and len(users) >= pbx.licence.extensions:
        return _ADDED(13)
    if number(exten) is None or not pbx.stores:
        return _ADDED(14)
    blank = User(exten, "", "", "", md5(f"{pbx.settings.seed}/{exten}/{pbx.new_id()}"))
    try:
        user = _filled(blank, form)
    except InvalidValueError:
        return _ADDED(14)
    pbx.config.edit().users[exten] = user
    return _ADDED(0)


def _change(pbx: Pbx, request: ApiRequest) -> Reply:
    form = request.body.block("user")
    if form is None:
        return _CHANGED(10)
    user = pbx.config.draft.users.get(request.argument)
    if user is None:
        return _CHANGED(15)
    if not form.has_any(*_FIELDS):
        return _CHANGED(16)
    try:
        changed = _filled(user, form)
    except InvalidValueError:
        return _CHANGED(14)
    blank = not all(getattr(changed, tag).strip() for tag in _IDENTITY)
    if blank or not pbx.stores:
        return _CHANGED(14)
    pbx.config.edit().users[user.exten] = changed
    return _CHANGED(0)


def _remove(pbx: Pbx, request: ApiRequest) -> Reply:
    if request.argument not in pbx.config.draft.users:
        return _REMOVED(15)
    pbx.config.edit().remove_user(request.argument)
    return _REMOVED(0)


def _filled(user: User, form: Form) -> User:
    return replace(
        user,
        sip_secret=form.text("sip_secret", user.sip_secret),
        first_name=form.text("first_name", user.first_name),
        last_name=form.text("last_name", user.last_name),
        vm_enabled=form.flag("vm_enabled", user.vm_enabled),
        vm_secret=form.text("vm_secret", user.vm_secret),
        vm_email=form.text("vm_email", user.vm_email),
        vm_attach_enabled=form.flag("vm_attach_enabled", user.vm_attach_enabled),
        vm_message_delete=form.flag("vm_message_delete", user.vm_message_delete),
        failover=read_failover(form, user.failover),
    )


def _one(pbx: Pbx, request: ApiRequest) -> list[User]:
    user = pbx.config.draft.users.get(request.argument)
    return [] if user is None else [user]


def _listing(tag: str, users: Iterable[User], append: Callable[[Element, User], None]) -> Document:
    root = etree.Element(tag)
    for user in users:
        append(root, user)
    return Document(root)


def _add_registration(parent: Element, user: User) -> None:
    known = user.registration
    registration = add(parent, "registration")
    add(registration, "exten", user.exten)
    for tag in ("status", "rtt", "contact", "ip", "port", "useragent"):
        add(registration, tag, getattr(known, tag))


def _add_brief(parent: Element, user: User) -> None:
    brief = add(parent, "user")
    add(brief, "exten", user.exten)
    add_flag(brief, "enabled", user.enabled)
    add(brief, "first_name", user.first_name)
    add(brief, "last_name", user.last_name)


def _add_config(parent: Element, user: User) -> None:
    config = add(parent, "config")
    add(config, "exten", user.exten)
    add(config, "sip_secret", user.sip_secret)
    add_flag(config, "enabled", user.enabled)
    add(config, "first_name", user.first_name)
    add(config, "last_name", user.last_name)
    add(config, "gui_secret_md5", user.gui_secret_md5)
    add_flag(config, "phonebook_manager", user.phonebook_manager)
    add_flag(config, "vm_enabled", user.vm_enabled)
    add(config, "vm_secret", user.vm_secret)
    add(config, "vm_email", user.vm_email)
    add_flag(config, "vm_attach_enabled", user.vm_attach_enabled)
    add_flag(config, "vm_message_delete", user.vm_message_delete)
    add_failover(config, user.failover)


ROUTES = [
    EmulatedRoute("GET", "/users/registrations/<exten>", _registration),
    EmulatedRoute("GET", "/users/registrations/", _registrations),
    EmulatedRoute("GET", "/users/brief/<exten>", _brief),
    EmulatedRoute("GET", "/users/brief/", _briefs),
    EmulatedRoute("GET", "/users/configs/<exten>", _config),
    EmulatedRoute("GET", "/users/configs/", _configs),
    EmulatedRoute("POST", "/users/configs/", _add),
    EmulatedRoute("PUT", "/users/configs/<exten>", _change),
    EmulatedRoute("DELETE", "/users/configs/<exten>", _remove),
]
