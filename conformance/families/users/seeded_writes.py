"""Seeded into POST and PUT /users/configs: what a successful request stores."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from conformance.emulator.altering import intercepting, whole
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.mangled import MANGLED
from conformance.emulator.mistakes import (
    USERS,
    Rewrite,
    also,
    defect,
    fixing,
    ineffective,
    losing,
    of_failover,
    resetting,
    rewriting,
    turning,
)
from conformance.emulator.model import Failover, User
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

POST, PUT = "POST /users/configs/", "PUT /users/configs/<exten>"
WRITES = (POST, PUT)

FLAGS = ("vm_enabled", "vm_attach_enabled", "vm_message_delete")
NAMES = ("first_name", "last_name")
WRITTEN = ("sip_secret", *NAMES, *FLAGS, "vm_secret", "vm_email", "failover")
FAILOVER = tuple(field.name for field in fields(Failover) if field.name != "name")

# What an extension has that nobody gave anything.
BLANK = User("", "", "", "", "")


def _write(endpoint: str, name: str, title: str, by: Rewrite) -> Defect:
    alteration = rewriting(endpoint, USERS, by, "user")
    return defect(endpoint, name, "write", title, alteration, oracle="model")


def not_stored() -> Iterator[Defect]:
    """Each field is lost on its way."""
    for endpoint in WRITES:
        for tag in WRITTEN:
            title = f"does not store {tag}"
            yield _write(endpoint, f"{tag}-not-stored", title, losing(tag, BLANK))
        for part in FAILOVER:
            title = f"does not store {part} of the failover"
            yield _write(endpoint, f"failover-{part}-not-stored", title, _losing_part(part))


def _losing_part(part: str) -> Rewrite:
    def rewrite(old: User | None, new: User, form: Form) -> Any:
        former = old.failover if old and old.failover else Failover("HANGUP")
        return of_failover(part, lambda _: getattr(former, part))(old, new, form)

    return rewrite


CONFUSED: tuple[tuple[str, str, Rewrite], ...] = (
    (
        "failover-with-checktime-confused",
        "stores a failover with checktime as one without",
        of_failover("type", lambda kind: kind.replace("_WITH_", "_WITHOUT_")),
    ),
    (
        "failover-without-checktime-confused",
        "stores a failover without checktime as one with",
        of_failover("type", lambda kind: kind.replace("_WITHOUT_", "_WITH_")),
    ),
    (
        "sip_secret-zeros-lost",
        "takes sip_secret for a number and loses the zeros before it",
        turning(lambda text: text.lstrip("0"), "sip_secret"),
    ),
    (
        "vm_secret-zeros-lost",
        "takes vm_secret for a number and loses the zeros before it",
        turning(lambda text: text.lstrip("0"), "vm_secret"),
    ),
    ("sip_secret-lower-cased", "stores it in lower case", turning(str.lower, "sip_secret")),
    (
        "names-swapped",
        "stores the first name as the last one, and the other way round",
        lambda _, new, form: _swapped(new) if "first_name" in form else new,
    ),
    (
        "secrets-confused",
        "stores the password of the voicemail as the SIP secret as well",
        lambda _, new, form: new if form.lacks("vm_secret") else _one_secret(new),
    ),
    *(
        (f"{tag}-always-true", f"stores true in {tag} whatever was sent", fixing(tag, True))
        for tag in FLAGS
    ),
)
"""End of the id, what happens, and how."""


def confused() -> Iterator[Defect]:
    """A field is stored, and not as it was sent."""
    for endpoint in WRITES:
        for name, title, by in CONFUSED:
            yield _write(endpoint, name, title, by)


def _swapped(user: User) -> User:
    return replace(user, first_name=user.last_name, last_name=user.first_name)


def _one_secret(user: User) -> User:
    return replace(user, sip_secret=user.vm_secret)


def mangled() -> Iterator[Defect]:
    """The names suffer."""
    for endpoint in WRITES:
        # One code path stores both, as a rule: a few are enough to tell where it is not so.
        for name, (title, by) in list(MANGLED.items())[:: 1 if endpoint == POST else 4]:
            yield _write(endpoint, f"names-{name}", f"{title} the names", turning(by, *NAMES))
    title, by = MANGLED["ascii-only"]
    for tag in NAMES:
        yield _write(PUT, f"{tag}-ascii-only", f"{title} {tag}", turning(by, tag))


def unasked() -> Iterator[Defect]:
    """A field changes that the request does not name."""
    for tag in WRITTEN:
        title = f"resets {tag} where the request does not name it"
        yield _write(PUT, f"{tag}-reset", title, resetting(tag, getattr(BLANK, tag)))
    for tag, value in (
        ("enabled", False),
        ("phonebook_manager", True),
        ("gui_secret_md5", "0" * 32),
    ):
        title = f"changes {tag}, which no request names"
        yield _write(PUT, f"{tag}-changed", title, fixing(tag, value))
    yield _write(
        PUT,
        "vm_enabled-by-secret",
        "enables the voicemail when its password is changed",
        lambda _, new, form: replace(new, vm_enabled=True) if "vm_secret" in form else new,
    )


def elsewhere() -> Iterator[Defect]:
    """Another extension than the one asked for is concerned, or none."""
    for endpoint in WRITES:
        yield defect(
            endpoint,
            "does-nothing",
            "write",
            "answers Success and stores nothing",
            ineffective(endpoint),
            oracle="model",
        )
        for name, title, change in (
            ("renames-another", "renames the first extension as well", _rename_first),
            ("disables-another", "disables the first extension as well", _disable_first),
            ("removes-another", "removes the last other extension as well", _remove_other),
        ):
            yield defect(endpoint, name, "write", title, also(endpoint, by=change), oracle="model")
    yield defect(
        PUT,
        "toggles-when-repeated",
        "write",
        "a request that changes nothing toggles vm_message_delete",
        intercepting(PUT, by=_toggling),
        oracle="model",
    )
    yield defect(
        PUT,
        "every-one-of-the-name",
        "write",
        "changes every extension with the same first name",
        also(PUT, by=_change_namesakes),
        oracle="model",
    )


def _first(pbx: Pbx, but: str = "") -> User:
    users: dict[str, User] = USERS.read(pbx)
    return next(user for key, user in users.items() if key != but)


def _named(request: ApiRequest) -> str:
    form = request.body.block("user")
    return request.argument or (form.word("exten") if form else "")


def _rename_first(pbx: Pbx, request: ApiRequest) -> None:
    user = _first(pbx, _named(request))
    USERS.put(pbx, user.exten, replace(user, last_name="Nobody"))


def _disable_first(pbx: Pbx, request: ApiRequest) -> None:
    user = _first(pbx, _named(request))
    USERS.put(pbx, user.exten, replace(user, enabled=False))


def _remove_other(pbx: Pbx, request: ApiRequest) -> None:
    others = [exten for exten in USERS.read(pbx) if exten != _named(request)]
    pbx.config.draft.remove_user(others[-1])


def _change_namesakes(pbx: Pbx, request: ApiRequest) -> None:
    changed = USERS.read(pbx)[request.argument]
    for exten, user in USERS.read(pbx).items():
        if exten != changed.exten and user.first_name == changed.first_name:
            USERS.put(pbx, exten, replace(user, vm_email=changed.vm_email, vm_enabled=True))


def _toggling(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    before = USERS.read(pbx).get(request.argument)
    reply = whole(proceed(request))
    user = USERS.read(pbx).get(request.argument)
    if user is not None and user == before:
        toggled = replace(user, vm_message_delete=not user.vm_message_delete)
        USERS.put(pbx, user.exten, toggled)
    return reply


def write_defects() -> list[Defect]:
    """Everything of this module."""
    return [*not_stored(), *confused(), *mangled(), *unasked(), *elsewhere()]
