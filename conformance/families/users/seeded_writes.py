"""Seeded into POST and PUT /users/configs: what a successful request stores."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from conformance.emulator.altering import intercepting, whole
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.mangled import MANGLED
from conformance.emulator.mistakes import USERS, also, defect, ineffective, rewriting
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

Rewrite = Callable[[User | None, User, Form], User]


def _write(endpoint: str, name: str, title: str, by: Rewrite, *, oracle: str = "model") -> Defect:
    return defect(
        endpoint, name, "write", title, rewriting(endpoint, USERS, by, "user"), oracle=oracle
    )


def _former(old: User | None, tag: str) -> Any:
    """What a field had before; of a new extension, what it has by default."""
    return getattr(old or User("", "", "", "", ""), tag)


def not_stored() -> Iterator[Defect]:
    """Each field is lost on its way."""
    for endpoint in WRITES:
        for tag in WRITTEN:

            def lose(old: User | None, new: User, _: Form, tag: str = tag) -> User:
                return replace(new, **{tag: _former(old, tag)})

            yield _write(endpoint, f"{tag}-not-stored", f"does not store {tag}", lose)
        for part in FAILOVER:

            def lose_part(old: User | None, new: User, _: Form, part: str = part) -> User:
                if new.failover is None:
                    return new
                former = old.failover if old and old.failover else Failover("HANGUP")
                kept = getattr(former, part)
                return replace(new, failover=replace(new.failover, **{part: kept}))

            title = f"does not store {part} of the failover"
            yield _write(endpoint, f"failover-{part}-not-stored", title, lose_part)


def confused() -> Iterator[Defect]:
    """A field is stored, and not as it was sent."""
    for endpoint in WRITES:
        for tag in FLAGS:
            yield _write(
                endpoint,
                f"{tag}-always-true",
                f"stores true in {tag} whatever was sent",
                lambda _old, new, _form, tag=tag: replace(new, **{tag: True}),
            )
        yield _write(
            endpoint,
            "names-swapped",
            "stores the first name as the last one, and the other way round",
            lambda _old, new, form: _swapped(new) if "first_name" in form else new,
        )
        yield _write(
            endpoint,
            "secrets-swapped",
            "stores the password of the voicemail as the SIP secret",
            lambda _old, new, form: (
                replace(new, sip_secret=new.vm_secret) if not form.lacks("vm_secret") else new
            ),
        )
        for one, other in (("_WITH_", "_WITHOUT_"), ("_WITHOUT_", "_WITH_")):
            word = one.strip("_").lower()
            yield _write(
                endpoint,
                f"failover-{word}-checktime-confused",
                f"stores a failover {word} checktime as one of the other kind",
                lambda _old, new, _form, one=one, other=other: _of_type(new, one, other),
            )
        for tag in ("sip_secret", "vm_secret"):
            yield _write(
                endpoint,
                f"{tag}-zeros-lost",
                f"takes {tag} for a number and loses the zeros before it",
                lambda _old, new, _form, tag=tag: _as_number(new, tag),
            )
        yield _write(
            endpoint,
            "sip_secret-lower-cased",
            "stores the SIP secret in lower case",
            lambda _old, new, _form: replace(new, sip_secret=new.sip_secret.lower()),
        )


def _swapped(user: User) -> User:
    return replace(user, first_name=user.last_name, last_name=user.first_name)


def _of_type(user: User, one: str, other: str) -> User:
    if user.failover is None:
        return user
    kind = user.failover.type.replace(f"{one}CHECKTIME", f"{other}CHECKTIME")
    return replace(user, failover=replace(user.failover, type=kind))


def _as_number(user: User, tag: str) -> User:
    return replace(user, **{tag: getattr(user, tag).lstrip("0")})


def mangled() -> Iterator[Defect]:
    """The names suffer."""
    for endpoint in WRITES:
        # One code path stores both, as a rule: a few are enough to tell where it is not so.
        few = list(MANGLED.items())[:: 1 if endpoint == POST else 4]
        for name, (title, by) in few:
            yield _write(
                endpoint,
                f"names-{name}",
                f"{title} the names",
                lambda _old, new, _form, by=by: replace(
                    new, **{tag: by(getattr(new, tag)) for tag in NAMES}
                ),
            )
    for tag in NAMES:
        yield _write(
            PUT,
            f"{tag}-ascii-only",
            f"puts a question mark for each character beyond ASCII of {tag}",
            lambda _old, new, _form, tag=tag: replace(
                new, **{tag: getattr(new, tag).encode("ascii", "replace").decode()}
            ),
        )


def unasked() -> Iterator[Defect]:
    """A field changes that the request does not name."""
    for tag in WRITTEN:

        def reset(_old: User | None, new: User, form: Form, tag: str = tag) -> User:
            return new if tag in form else replace(new, **{tag: _former(None, tag)})

        title = f"resets {tag} where the request does not name it"
        yield _write(PUT, f"{tag}-reset", title, reset)
    for tag, value in (
        ("enabled", False),
        ("phonebook_manager", True),
        ("gui_secret_md5", "0" * 32),
    ):
        yield _write(
            PUT,
            f"{tag}-changed",
            f"changes {tag}, which no request names",
            lambda _old, new, _form, tag=tag, value=value: replace(new, **{tag: value}),
        )
    yield _write(
        PUT,
        "vm_enabled-by-secret",
        "enables the voicemail when its password is changed",
        lambda _old, new, form: replace(new, vm_enabled=True) if "vm_secret" in form else new,
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
    return next(user for key, user in USERS.read(pbx).items() if key != but)


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
