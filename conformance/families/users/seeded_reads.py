"""Seeded into the three sights of an extension: registrations, brief, configs."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import replace

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import intercepting, shaping, whole
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import defect, listing, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Document, Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

RECORDS = {
    "brief": "users/user",
    "configs": "configs/config",
    "registrations": "registrations/registration",
}
"""By view, the path from the root of its answers to a record."""

ADDRESS = ("contact", "ip", "port", "useragent")

Pick = Callable[[list[Element]], Iterable[Element]]


def _twice(records: list[Element]) -> Iterable[Element]:
    return [*records[:1], *deepcopy(records[:1]), *records[1:]]


def _enabled(record: Element) -> bool:
    return record.findtext("enabled") == "true"


PICKS: tuple[tuple[str, str, Pick], ...] = (
    ("last-missing", "leaves out the last extension", lambda records: records[:-1]),
    ("first-missing", "leaves out the first extension", lambda records: records[1:]),
    ("first-twice", "shows the first extension twice", _twice),
    ("empty", "shows no extension", lambda _: []),
    ("only-ten", "shows ten extensions at most", lambda records: records[:10]),
)


def lists() -> Iterator[Defect]:
    """A list leaves out or repeats."""
    for view, path in RECORDS.items():
        endpoint = f"GET /users/{view}/"
        for name, title, pick in PICKS if view == "brief" else PICKS[:3]:
            alteration = listing(endpoint, path, pick)
            yield defect(endpoint, name, "read", title, alteration, oracle="views")
    for view in ("brief", "configs"):
        endpoint = f"GET /users/{view}/"
        yield defect(
            endpoint,
            "disabled-missing",
            "read",
            "leaves out the disabled extensions",
            listing(endpoint, RECORDS[view], lambda records: filter(_enabled, records)),
            oracle="views",
        )


def _asked(endpoint: str, choose: Callable[[list[str], str], str]) -> Alteration:
    """The GET of one answers for another."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        extens = list(pbx.config.draft.users)
        return proceed(replace(request, argument=choose(extens, request.argument)))

    return intercepting(endpoint, by=intercept)


def _next(extens: list[str], exten: str) -> str:
    return extens[(extens.index(exten) + 1) % len(extens)] if exten in extens else exten


def _first_if_unknown(extens: list[str], exten: str) -> str:
    return exten if exten in extens else extens[0]


def _beginning(extens: list[str], exten: str) -> str:
    return next((one for one in extens if one.startswith(exten)), exten)


def _all(endpoint: str, view: str) -> Alteration:
    """The GET of one shows all."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = whole(proceed(request))
        if isinstance(reply, Document) and len(reply.content):
            shown = [whole(proceed(replace(request, argument=e))) for e in pbx.config.draft.users]
            reply.content[:] = [d.content[0] for d in shown if isinstance(d, Document)]
        return reply

    del view
    return intercepting(endpoint, by=intercept)


def _remembering(endpoint: str) -> Alteration:
    """The GET of one shows what it showed the first time."""
    shown: dict[str, Element] = {}

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = whole(proceed(request))
        if isinstance(reply, Document) and len(reply.content):
            first = shown.setdefault(request.argument, deepcopy(reply.content))
            reply.content = deepcopy(first)
        return reply

    return intercepting(endpoint, by=intercept)


def singles() -> Iterator[Defect]:
    """The GET of one shows another one, several, or what was."""
    for view in RECORDS:
        endpoint = f"GET /users/{view}/<exten>"
        rows = (
            ("next", "shows the next extension instead", _asked(endpoint, _next)),
            ("all", "shows all extensions", _all(endpoint, view)),
            (
                "first-if-unknown",
                "shows the first extension for a number that nobody has",
                _asked(endpoint, _first_if_unknown),
            ),
            (
                "by-beginning",
                "takes the beginning of a number for the number",
                _asked(endpoint, _beginning),
            ),
            ("remembered", "shows an extension as it was the first time", _remembering(endpoint)),
        )
        for name, title, alteration in rows:
            yield defect(endpoint, name, "read", title, alteration, oracle="views")


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
            listing(
                all_of_them,
                path,
                lambda records, status=status: [
                    one for one in records if one.findtext("status") != status
                ],
            ),
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
