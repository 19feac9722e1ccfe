"""Seeded into /system/network/interfaces, and the addresses that are not checked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, edited, intercepting, shaping
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.mistakes import (
    INTERFACES,
    Change,
    accepting,
    also,
    asking,
    defect,
    despite,
    setting,
)
from conformance.emulator.model import PROTECTED_INTERFACE, Interface
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

LIST, PUT = "POST /system/network/interfaces", "PUT /system/network/interfaces"

OUTSIDE = "192.0.2.77"

MALFORMED: tuple[tuple[str, str, str], ...] = (
    ("octet-256", "with an octet over 255", r"\d+\.\d+\.\d+\.\d+"),
    ("three-octets", "of three octets", r"\d+\.\d+\.\d+"),
    ("five-octets", "of five octets", r"\d+(\.\d+){4}"),
    ("word", "that is a word", r"[A-Za-z][\w.-]*"),
)
"""End of the id, which malformed address is taken for a good one, and how it looks."""


def replacing(path: str, pattern: str, text: str, body: Element) -> bool:
    """Put something right in a field's place, where it has a certain form."""
    found = (body.findtext(path) or "").strip()
    if not re.fullmatch(pattern, found):
        return False
    setting(body, path, text)
    return True


def unchecked_addresses(endpoint: str, code: int, path: str, good: str) -> Iterator[Defect]:
    """A field of an address is not checked for each malformed kind."""
    tag = path.rpartition("/")[2]
    for name, title, pattern in MALFORMED:
        yield defect(
            endpoint,
            f"{tag}-{name}-accepted",
            "rejected",
            f"accepts a {tag} {title}",
            accepting(endpoint, code, partial(replacing, path, pattern, good)),
            oracle="code",
        )


def _readdress(pbx: Pbx, _: ApiRequest) -> None:
    entry = list(pbx.config.draft.interfaces.values())[-1]
    changed = replace(entry, ip_address="10.99.0.1", netmask="255.0.0.0")
    pbx.config.edit().interfaces[entry.id] = changed


def _rename_dns(pbx: Pbx, _: ApiRequest) -> None:
    pbx.config.edit().dns = OUTSIDE


def _asked_interface(pbx: Pbx, request: ApiRequest) -> None:
    """Store of a rejected request what there is."""
    form = request.body.block("interface") or Form.empty()
    entries = {str(key): entry for key, entry in pbx.config.draft.interfaces.items()}
    entry = entries.get(form.word("id"))
    if entry is not None:
        changed = replace(
            entry,
            enabled=form.word("enabled") != "false",
            ip_address=form.word("ip_address") or "10.99.0.1",
        )
        if changed == entry:
            changed = replace(entry, netmask="255.0.0.0")
        pbx.config.edit().interfaces[entry.id] = changed


def _each_time(by: Callable[[Pbx, Interface], None]) -> Alteration:
    """Something happens to the interface that a successful request names."""

    def change(pbx: Pbx, request: ApiRequest) -> None:
        form = request.body.block("interface") or Form.empty()
        for key, entry in INTERFACES.read(pbx).items():
            if str(key) == form.word("id"):
                by(pbx, entry)

    return also(PUT, by=change)


def _putting(tag: str, value: Any) -> Callable[[Pbx, Interface], None]:
    return lambda pbx, entry: INTERFACES.put(pbx, entry.id, replace(entry, **{tag: value}))


def _first_instead(body: Element) -> None:
    if body.find("interface/id") is not None:
        setting(body, "interface/id", "1")


def _alone(tag: str) -> Callable[[Pbx, ApiRequest, Answer], Reply]:
    """A request with one of the three tags alone is taken for one without any."""

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block("interface") or Form.empty()
        given = [one for one in ("enabled", "ip_address", "netmask") if one in form]
        if given != [tag]:
            return proceed(request)
        return proceed(edited(request, _without(f"interface/{tag}")))

    return intercept


def filling(path: str, text: str, body: Element) -> bool:
    """Complete a request that lacks a field, in a block that is there."""
    block, _, tag = path.partition("/")
    found = body.find(block)
    if found is None or (found.findtext(tag) or "").strip():
        return False
    setting(found, tag, text)
    return True


def _without(path: str) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        holder, _, tag = path.rpartition("/")
        for parent in body.findall(holder):
            for found in parent.findall(tag):
                parent.remove(found)

    return change


def _eth0_disabled(pbx: Pbx, request: ApiRequest) -> None:
    for key, entry in INTERFACES.read(pbx).items():
        form = request.body.block("interface") or Form.empty()
        if entry.name == PROTECTED_INTERFACE and str(key) == form.word("id"):
            INTERFACES.put(pbx, key, replace(entry, enabled=False))


def _obeying(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Disable eth0 as well, if a request says so."""
    reply = proceed(request)
    disabling = request.body.element.findtext("interface/enabled", "").strip() == "false"
    if code_of(reply) == 36 and disabling:  # noqa: PLR2004 - not saved
        reply = proceed(edited(request, lambda body: setting(body, "interface/enabled", "true")))
        _eth0_disabled(pbx, request)
    return reply


def same_ids(root: Element) -> None:
    """Give the last record of an answer the id of the first one."""
    ids = root.findall(".//id")
    if len(ids) > 1:
        ids[-1].text = ids[0].text


INTERFACE_REJECTED: tuple[tuple[int, str, str, Change], ...] = (
    (12, "changes-another", "changes the last interface", _readdress),
    (32, "changes-dns", "changes the DNS address", _rename_dns),
    (33, "changes-another", "changes another interface", _readdress),
    (34, "stores", "stores what there is", _asked_interface),
    (35, "stores", "stores what there is", _asked_interface),
    (36, "stores", "stores the change all the same", _asked_interface),
)
"""Code, end of the id, what happens, and how."""


def interface_defects() -> Iterator[Defect]:
    """PUT /system/network/interfaces, and the list."""
    for code, name, title, change in INTERFACE_REJECTED:
        said = f"answers {code} and {title}"
        alteration = despite(PUT, code, change)
        yield defect(PUT, f"code-{code}-{name}", "rejected", said, alteration, oracle="model")
    yield from unchecked_addresses(PUT, 34, "interface/ip_address", "10.20.0.1")
    yield from unchecked_addresses(PUT, 35, "interface/netmask", "255.255.0.0")
    rows = (
        ("toggles", "switches an interface that gets the values it has", _toggle),
        ("netmask-lost", "puts DHCP for the netmask", _putting("netmask", "0.0.0.0")),  # noqa: S104
        ("address-lost", "loses the address", _putting("ip_address", "10.99.0.1")),
    )
    for name, title, by in rows:
        yield defect(PUT, name, "write", title, _each_time(by), oracle="model")
    for name, title, kind, alteration in (
        ("changes-another", "changes another one as well", "write", also(PUT, by=_readdress)),
        ("changes-dns", "changes the DNS address as well", "write", also(PUT, by=_rename_dns)),
        (
            "id-ignored",
            "changes the first interface whatever the id",
            "write",
            asking(PUT, _first_instead),
        ),
        (
            "eth0-disabled-silently",
            "answers 36 and disables eth0",
            "rejected",
            despite(PUT, 36, _eth0_disabled),
        ),
        ("eth0-disabled", "disables eth0", "rejected", intercepting(PUT, by=_obeying)),
        (
            "id-alone-accepted",
            "accepts an update that names the id alone",
            "rejected",
            accepting(PUT, 12, _enabling),
        ),
        (
            "id-unknown-accepted",
            "takes an unknown id for that of the first interface",
            "rejected",
            accepting(PUT, 33, _with_first_id),
        ),
    ):
        yield defect(PUT, name, kind, title, alteration)
    for tag in ("enabled", "ip_address", "netmask"):
        title = f"rejects {tag} without the two other tags"
        alteration = intercepting(PUT, by=_alone(tag))
        yield defect(PUT, f"{tag}-alone-rejected", "rejected", title, alteration, oracle="code")
    title = "two interfaces have one id"
    yield defect(LIST, "ids-shared", "read", title, shaping(LIST, by=same_ids))


def _toggle(pbx: Pbx, entry: Interface) -> None:
    INTERFACES.put(pbx, entry.id, replace(entry, enabled=not entry.enabled))


def _enabling(body: Element) -> bool:
    interface = body.find("interface")
    if interface is None or not interface.findtext("id"):
        return False
    setting(interface, "enabled", "true")
    return True


def _with_first_id(body: Element) -> bool:
    if body.find("interface/id") is None:
        return False
    setting(body, "interface/id", "1")
    return True
