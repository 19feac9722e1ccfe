"""Seeded into the three sights of an extension: registrations, brief, configs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from lxml.etree import _Element as Element

from conformance.emulator.altering import intercepting, shaping, whole
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistaken_objects import list_defects, single_defects
from conformance.emulator.mistakes import USERS, defect, listing, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

RECORDS = {
    "brief": "users/user",
    "configs": "configs/config",
    "registrations": "registrations/registration",
}
"""By view, the path from the root of its answers to a record."""

ADDRESS = ("contact", "ip", "port", "useragent")


def lists() -> Iterator[Defect]:
    """A list leaves out or repeats."""
    for view, path in RECORDS.items():
        yield from list_defects(f"GET /users/{view}/", path, "extension")
    for view in ("brief", "configs"):
        endpoint = f"GET /users/{view}/"
        yield defect(
            endpoint,
            "disabled-missing",
            "read",
            "leaves out the disabled extensions",
            listing(endpoint, RECORDS[view], _enabled_alone),
            oracle="views",
        )
    yield defect(
        "GET /users/brief/",
        "only-ten",
        "read",
        "shows ten extensions at most",
        listing("GET /users/brief/", RECORDS["brief"], lambda records: records[:10]),
        oracle="views",
    )


def _enabled_alone(records: list[Element]) -> Iterable[Element]:
    return [record for record in records if record.findtext("enabled") == "true"]


def singles() -> Iterator[Defect]:
    """The GET of one shows another one, several, or what was."""
    for view in RECORDS:
        yield from single_defects(f"GET /users/{view}/<exten>", USERS, "extension")


def _negated(text: str) -> str:
    return "false" if text == "true" else "true"


FIELDS: tuple[tuple[str, str, str, Callable[[str], str]], ...] = (
    ("brief", "enabled", "always-true", lambda _: "true"),
    ("brief", "enabled", "inverted", _negated),
    ("brief", "first_name", "empty", lambda _: ""),
    ("brief", "last_name", "empty", lambda _: ""),
    ("brief", "last_name", "upper-case", str.upper),
    ("brief", "first_name", "ascii-only", lambda text: text.encode("ascii", "replace").decode()),
    ("configs", "enabled", "always-true", lambda _: "true"),
    ("configs", "enabled", "inverted", _negated),
    ("configs", "first_name", "upper-case", str.upper),
    ("configs", "vm_enabled", "inverted", _negated),
    ("configs", "vm_enabled", "always-false", lambda _: "false"),
    ("configs", "vm_attach_enabled", "inverted", _negated),
    ("configs", "vm_message_delete", "inverted", _negated),
    ("configs", "vm_email", "empty", lambda _: ""),
    ("configs", "vm_secret", "masked", lambda text: "*" * len(text)),
    ("configs", "sip_secret", "masked", lambda text: "*" * len(text)),
    ("registrations", "status", "always-unknown", lambda _: "UNKNOWN"),
    ("registrations", "ip", "without-last-octet", lambda text: text.rpartition(".")[0]),
)
"""View, field, end of the id, what is shown instead."""


def fields() -> Iterator[Defect]:
    """A field is shown otherwise in one sight alone."""
    for number, (view, tag, name, by) in enumerate(FIELDS):
        both = (f"GET /users/{view}/", f"GET /users/{view}/<exten>")
        for endpoint in both if number % 3 == 0 else both[number % 2 :][:1]:
            yield defect(
                endpoint,
                f"{tag}-{name}",
                "read",
                f"shows {tag} otherwise than it is: {name.replace('-', ' ')}",
                showing(endpoint, tag, by),
                oracle="views",
            )
    for endpoint in ("GET /users/brief/", "GET /users/brief/<exten>"):
        yield defect(
            endpoint,
            "names-swapped",
            "read",
            "shows the first name as the last one, and the other way round",
            shaping(endpoint, by=_swap_names),
            oracle="views",
        )


def _swap_names(root: Element) -> None:
    for user in root.iter("user"):
        first, last = user.find("first_name"), user.find("last_name")
        if first is not None and last is not None:
            first.text, last.text = last.text, first.text


def registrations() -> Iterator[Defect]:
    """Who is registered, and from where."""
    all_of_them, one = "GET /users/registrations/", "GET /users/registrations/<exten>"
    yield defect(
        all_of_them,
        "disabled-shown",
        "read",
        "lists disabled extensions as well",
        intercepting(all_of_them, by=_everybody),
        oracle="views",
    )
    path = RECORDS["registrations"]
    for status in ("UNREACHABLE", "UNKNOWN", "OK"):
        yield defect(
            all_of_them,
            f"{status.lower()}-missing",
            "read",
            f"leaves out enabled extensions whose status is {status}",
            listing(all_of_them, path, _but(status)),
            oracle="views",
        )
    for endpoint in (all_of_them, one):
        for tag in ADDRESS:
            yield defect(
                endpoint,
                f"{tag}-empty",
                "read",
                f"shows no {tag} of a telephone that is registered",
                showing(endpoint, tag, lambda _: ""),
            )


def _but(status: str) -> Callable[[list[Element]], list[Element]]:
    return lambda records: [one for one in records if one.findtext("status") != status]


def _everybody(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    users = pbx.config.draft.users
    disabled = {exten: user for exten, user in users.items() if not user.enabled}
    users.update({exten: replace(user, enabled=True) for exten, user in disabled.items()})
    reply = whole(proceed(request))
    users.update(disabled)
    return reply


def read_defects() -> list[Defect]:
    """Everything of this module."""
    return [*lists(), *singles(), *fields(), *registrations()]
