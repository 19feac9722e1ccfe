"""Permitted but unusual behaviour of /cdrcallcenter."""

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, handling, shaping
from conformance.emulator.dispatch import Answer
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Variant

_CALLS = "POST /cdrcallcenter"
_MISPRINTED, _RIGHT = "cdrcallercenter", "cdrcallcenter"


def _renamed(element: Element, old: str, new: str) -> None:
    for child in element.findall(old):
        child.tag = new


def _known(*, both: bool) -> Alteration:
    """Understand the right spelling of the request's container, and the misprint or not."""

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        def change(body: Element) -> None:
            if not both:
                _renamed(body, _MISPRINTED, "unknown")
            _renamed(body, _RIGHT, _MISPRINTED)

        return proceed(edited(request, change))

    return handling(_CALLS, by=intercept)


def _spelt(root: Element) -> None:
    _renamed(root, _MISPRINTED, _RIGHT)


def _quoted(root: Element) -> None:
    for tag in ("called_num", "operator"):
        for element in root.iterfind(f"{_MISPRINTED}/calls/call/{tag}"):
            element.text = f'"{element.text or ""}"'


def _no_details(root: Element) -> None:
    """Leave the block out where a call has one step alone: there is nothing to tell of it."""
    for call in root.iterfind(f"{_MISPRINTED}/calls/call"):
        for details in call.findall("details"):
            if not len(details):
                call.remove(details)


def _no_licence(pbx: Pbx) -> None:
    pbx.licence.call_center = False


def _nothing(pbx: Pbx) -> None:
    pbx.queue_calls.clear()


def _answered_alone(pbx: Pbx) -> None:
    pbx.queue_calls[:] = [call for call in pbx.queue_calls if call.answer]


def _row(name: str, title: str, permission: str, alteration: Alteration) -> Variant:
    return Variant(
        id=f"cdrcallcenter.{name}",
        title=title,
        clause=_CALLS,
        permission=permission,
        alteration=alteration,
    )


_ANSWER = shaping(_CALLS, by=_spelt)
_REQUEST, _BOTH = _known(both=False), _known(both=True)

VARIANTS = [
    _row("spelt-right", "Both messages say cdrcallcenter", "RD-04",
         Alteration(intercept=_REQUEST.intercept, shape=_ANSWER.shape)),
    _row("spelt-right-in-request", "The request says cdrcallcenter, the answer does not", "RD-04",
         _REQUEST),
    _row("spelt-right-in-answer", "The answer says cdrcallcenter, the request does not", "RD-04",
         _ANSWER),
    _row("either-spelling", "The request may say either", "RD-04", _BOTH),
    _row("quoted", "Quotes round called_num and operator", "RD-21", shaping(_CALLS, by=_quoted)),
    _row("details-absent", "No details of a call without steps", "RD-28",
         shaping(_CALLS, by=_no_details)),
    _row("no-licence", "No call centre is licensed", "PICS call_center_license",
         Alteration(prepare=_no_licence)),
    _row("no-calls", "No call ever came to a queue", "population", Alteration(prepare=_nothing)),
    _row("all-answered", "Every call was answered", "population",
         Alteration(prepare=_answered_alone)),
]  # fmt: skip
