"""Seeded into /users/configs: what is rejected and should not be, and the other way round."""

from collections.abc import Iterator
from dataclasses import replace

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import (
    USERS,
    Change,
    accepting,
    defect,
    despite,
    setting,
)
from conformance.emulator.model import User
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

POST, PUT = "POST /users/configs/", "PUT /users/configs/<exten>"
DELETE = "DELETE /users/configs/<exten>"

MANDATORY = ("exten", "sip_secret", "first_name", "last_name")
_STRAY = "9899"


def _completed(tag: str, *, missing: bool) -> Alteration:
    def complete(body: Element) -> bool:
        user = body.find("user")
        if (
            user is None
            or (user.find(tag) is None) != missing
            or (user.findtext(tag) or "").strip()
        ):
            return False
        setting(user, tag, _STRAY)
        return True

    return accepting(POST, 12, complete)


def mandatory() -> Iterator[Defect]:
    """Each mandatory field may be left out, or be empty."""
    for tag in MANDATORY:
        for how, missing in (("missing", True), ("empty", False)):
            yield defect(
                POST,
                f"{tag}-{how}-accepted",
                "rejected",
                f"adds an extension although {tag} is {how}",
                _completed(tag, missing=missing),
                oracle="code",
            )


def _add_stray(pbx: Pbx, _: ApiRequest) -> None:
    pbx.config.edit().users[_STRAY] = User(_STRAY, "s3cret", "Stray", "Extension", "0" * 32)


def _rename_first(pbx: Pbx, _: ApiRequest) -> None:
    user = next(iter(USERS.read(pbx).values()))
    pbx.config.edit().users[user.exten] = replace(user, first_name="Changed")


def _remove_last(pbx: Pbx, _: ApiRequest) -> None:
    pbx.config.edit().remove_user(list(USERS.read(pbx))[-1])


def _overwrite(pbx: Pbx, request: ApiRequest) -> None:
    form = request.body.block("user")
    exten = request.argument or (form.word("exten") if form else "")
    user = USERS.read(pbx).get(exten)
    if form and user:
        names = {tag: form.text(tag, getattr(user, tag)) for tag in ("first_name", "last_name")}
        secret = form.text("sip_secret", user.sip_secret) + "x"
        pbx.config.edit().users[exten] = replace(user, **names, sip_secret=secret)


def _store(pbx: Pbx, request: ApiRequest) -> None:
    form = request.body.block("user")
    if form and (exten := request.argument or form.word("exten")):
        user = User(exten, form.text("sip_secret"), form.text("first_name"), "Half", "0" * 32)
        pbx.config.edit().users[exten] = user


REJECTED: tuple[tuple[str, int, str, str, Change], ...] = (
    (POST, 10, "adds-a-stray", "adds an extension of no request", _add_stray),
    (POST, 11, "overwrites", "overwrites the extension that exists", _overwrite),
    (POST, 11, "removes-another", "removes another extension", _remove_last),
    (POST, 12, "stores-half", "stores what there is of the extension", _store),
    (POST, 13, "stores", "adds the extension beyond the licence", _store),
    (POST, 14, "stores", "adds the extension all the same", _store),
    (PUT, 10, "renames-another", "renames the first extension", _rename_first),
    (PUT, 14, "stores", "stores the change all the same", _overwrite),
    (PUT, 15, "creates", "creates the extension that does not exist", _store),
    (PUT, 15, "renames-another", "renames the first extension", _rename_first),
    (PUT, 16, "overwrites", "changes the extension's secret", _overwrite),
    (DELETE, 15, "removes-another", "removes the last extension", _remove_last),
)
"""Endpoint, code, end of the id, what happens, and how."""


def changing() -> Iterator[Defect]:
    """A rejected request changes something."""
    for endpoint, code, name, title, change in REJECTED:
        yield defect(
            endpoint,
            f"code-{code}-{name}",
            "rejected",
            f"answers {code} and {title}",
            despite(endpoint, code, change),
            oracle="model",
        )


def twice() -> Iterator[Defect]:
    """An extension is added a second time."""

    def replacing(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form, removed = request.body.block("user"), None
        if form is not None and not form.lacks(*MANDATORY):
            removed = pbx.config.draft.users.pop(form.word("exten"), None)
        reply = proceed(request)
        if removed is not None and code_of(reply) != 0:
            USERS.put(pbx, removed.exten, removed)
        return reply

    def ignoring(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block("user")
        if form is None or form.word("exten") not in pbx.config.draft.users:
            return proceed(request)
        existing = USERS.read(pbx)
        pbx.config.draft.users.pop(form.word("exten"))
        reply = proceed(request)
        pbx.config.draft.users.clear()
        pbx.config.draft.users.update(existing)
        return reply

    for name, title, by in (
        ("replaced", "replaces an extension that exists, and answers Success", replacing),
        ("ignored", "leaves an extension that exists, and answers Success", ignoring),
    ):
        alteration = intercepting(POST, by=by)
        yield defect(POST, f"twice-{name}", "rejected", title, alteration, oracle="code")


def licensed() -> Iterator[Defect]:
    """The licensed number of extensions is not the limit."""
    for name, title, more in (
        ("one-late", "allows one extension more than the licence", 1),
        ("one-early", "allows one extension less than the licence", -1),
        ("ignored", "knows no limit of the licence", 10_000),
    ):

        def limited(pbx: Pbx, request: ApiRequest, proceed: Answer, more: int = more) -> Reply:
            licence = pbx.licence
            licence.extensions += more
            try:
                return proceed(request)
            finally:
                licence.extensions -= more

        yield defect(POST, f"limit-{name}", "licence", title, intercepting(POST, by=limited))

    removed = [0]

    def counting(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        deletes = request.route.method == "DELETE"
        pbx.licence.extensions -= 0 if deletes else removed[0]
        try:
            reply = proceed(request)
        finally:
            pbx.licence.extensions += 0 if deletes else removed[0]
        removed[0] += deletes and code_of(reply) == 0
        return reply

    title = "goes on counting extensions that were removed towards the licence"
    yield defect(
        POST, "limit-counts-removed", "licence", title, intercepting(POST, DELETE, by=counting)
    )


def rejection_defects() -> list[Defect]:
    """Everything of this module."""
    return [*mandatory(), *changing(), *twice(), *licensed()]
