"""Everything wrong that can be seeded into /click2call."""

from collections.abc import Callable, Iterator
from functools import partial

from lxml.etree import _Element as Element

from conformance.emulator.altering import code_of, edited, intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import accepting, defect, setting
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

CALL = "POST /click2call"
_NOBODY = "999999999"


def _filled(tag: str, missing: bool, body: Element) -> bool:
    block = body.find("click2call")
    if block is None or (block.find(tag) is None) != missing or block.findtext(tag):
        return False
    setting(block, tag, "101")
    return True


def _failing(types: Callable[[str | None], bool]) -> Callable[[Pbx, ApiRequest, Answer], Reply]:
    """The call fails where the type is one of these; None where it is left out."""

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        reply = proceed(request)
        kind = request.body.element.findtext("click2call/type")
        if code_of(reply) == 0 and types(kind):
            return proceed(edited(request, lambda body: setting(body, "click2call/exten", _NOBODY)))
        return reply

    return intercept


def _defects() -> Iterator[Defect]:
    for tag, code in (("exten", 11), ("number_to_call", 12)):
        for how, missing in (("missing", True), ("empty", False)):
            yield defect(
                CALL,
                f"{tag}-{how}-accepted",
                "rejected",
                f"places a call although {tag} is {how}",
                accepting(CALL, code, partial(_filled, tag, missing)),
                oracle="code",
            )
    for name, title, types in (
        ("type-required", "places no call without a type", lambda kind: kind is None),
        ("type-auto-refused", "places no call of type auto", lambda kind: kind == "auto"),
        ("type-exten-refused", "places no call of type exten", lambda kind: kind == "exten"),
    ):
        alteration = intercepting(CALL, by=_failing(types))
        yield defect(CALL, name, "rejected", title, alteration, oracle="code")


DEFECTS = list(_defects())
