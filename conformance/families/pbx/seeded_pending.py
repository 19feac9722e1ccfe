"""Seeded into GET /pbx/pending: what counts as pending, and what becomes of it."""

from collections.abc import Iterator
from typing import Any

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import code_of, intercepting, name_of
from conformance.emulator.dispatch import Answer, Interceptor
from conformance.emulator.mistakes import defect, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

PENDING, APPLY, REVERT = "GET /pbx/pending", "PUT /pbx/apply", "PUT /pbx/revert"


def _flag_of(*slugs: str) -> Alteration:
    """Changes of one kind do not make anything pending, although they are."""
    hidden = [False]

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        before = pbx.config.pending
        if name_of(request) != PENDING:
            reply = proceed(request)
            mine = any(part in request.route.path for part in slugs)
            hidden[0] = (hidden[0] or (mine and not before)) and pbx.config.pending
            return reply
        pbx.config.pending = before and not hidden[0]
        try:
            return proceed(request)
        finally:
            pbx.config.pending = before

    return intercepting(by=intercept)


def pending_defects() -> Iterator[Defect]:
    """GET /pbx/pending does not say how things are."""
    for name, by in (
        ("stuck-true", lambda _: "true"),
        ("stuck-false", lambda _: "false"),
        ("inverted", lambda text: "false" if text == "true" else "true"),
    ):
        title = f"says whether changes are pending: {name.replace('-', ' ')}"
        yield defect(PENDING, name, "pending", title, showing(PENDING, "pbx_pending", by))
    for kind, path in (
        ("users", "/users/configs"),
        ("callgroups", "/pbx/callgroups"),
        ("routes", "/system/network/routes"),
        ("dns", "/system/network/dns"),
    ):
        yield defect(
            PENDING,
            f"{kind}-not-counted",
            "pending",
            f"does not count changes of {kind} among the pending ones",
            _flag_of(path),
            near=("pbx.pending.*", f"{path[1:].replace('/', '.')}.*"),
        )
    for endpoint, name in ((APPLY, "true-after-apply"), (REVERT, "true-after-revert")):
        title = f"goes on saying true after {endpoint}"
        yield defect(PENDING, name, "pending", title, intercepting(endpoint, by=_set_pending))
    yield defect(
        PENDING,
        "true-after-rejection",
        "pending",
        "a rejected request makes it true",
        intercepting(by=_pending_if_rejected),
    )
    yield defect(
        PENDING,
        "true-after-read",
        "pending",
        "reading the extensions makes it true",
        intercepting("GET /users/configs/", by=_set_pending),
    )
    for name, title, alteration in (
        ("kept-over-restart", "keeps pending changes over a restart", _restarting(_keeping)),
        ("applied-by-restart", "applies pending changes at a restart", _restarting(_applying)),
        ("kept-over-power-failure", "keeps pending changes without power", _without_power(False)),
        ("applied-by-power-failure", "applies them when power fails", _without_power(True)),
    ):
        yield defect(PENDING, name, "pending", title, alteration)


def _set_pending(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    reply = proceed(request)
    pbx.config.edit()
    return reply


def _pending_if_rejected(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    reply = proceed(request)
    configures = request.route.path.startswith(("/users/configs", "/pbx/callgroups"))
    if configures and code_of(reply):
        pbx.config.edit()
    return reply


def _keeping(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    draft, was_pending = pbx.config.draft.copy(), pbx.config.pending
    reply = proceed(request)
    pbx.config.draft, pbx.config.pending = draft, was_pending
    return reply


def _applying(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    pbx.config.apply()
    return proceed(request)


def _restarting(by: Interceptor) -> Alteration:
    return intercepting("PUT /system/restart", by=by)


def _without_power(applied: bool) -> Alteration:
    """What changes between two requests, no request has changed: the power was off."""
    remembered: list[tuple[Any, bool]] = []

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        config = pbx.config
        if remembered and remembered[0][1] and not config.pending:
            config.draft, config.pending = remembered[0]
            if applied:
                config.apply()
        reply = proceed(request)
        remembered[:] = [(config.draft.copy(), config.pending)]
        return reply

    return intercepting(by=intercept)
