"""A request that reached the API: licence first, then the handler, watched by interceptors."""

from collections.abc import Callable, Sequence
from functools import partial

from conformance.emulator.licence import LicenceStatus
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Codes, Reply
from conformance.emulator.routing import ApiRequest

Answer = Callable[[ApiRequest], Reply]

Interceptor = Callable[[Pbx, ApiRequest, Answer], Reply]
"""Stands around every answer: may change the request, the state before and after, the reply."""

_NOT_ALLOWED = Codes(
    "request_not_allowed",
    {1: "License missing", 2: "License expired", 3: "License disabled"},
)

_LICENCE_CODES = {
    LicenceStatus.MISSING: 1,
    LicenceStatus.EXPIRED: 2,
    LicenceStatus.DISABLED: 3,
}


class Dispatcher:
    """Answers requests, one at a time: every handler finds the state to itself."""

    def __init__(self, pbx: Pbx, interceptors: Sequence[Interceptor] = ()) -> None:
        self._pbx = pbx
        self._answer: Answer = self._handle
        for interceptor in reversed(interceptors):
            self._answer = partial(_intercepted, interceptor, pbx, self._answer)

    def __call__(self, request: ApiRequest) -> Reply:
        """Return the reply to a request."""
        with self._pbx.lock:
            return self._answer(request)

    def _handle(self, request: ApiRequest) -> Reply:
        return gate(self._pbx, request) or request.route.handler(self._pbx, request)


def gate(pbx: Pbx, request: ApiRequest) -> Reply | None:
    """Return the licence gate's answer to a request, or None where it lets it pass."""
    needs_licence = pbx.key_required and not request.route.license_exempt
    if needs_licence and pbx.licence.status in _LICENCE_CODES:
        return _NOT_ALLOWED(_LICENCE_CODES[pbx.licence.status])
    return None


def _intercepted(interceptor: Interceptor, pbx: Pbx, proceed: Answer, request: ApiRequest) -> Reply:
    return interceptor(pbx, request, proceed)
