"""Everything wrong that can be seeded into /cdrcallcenter."""

from collections.abc import Callable, Iterator

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, intercepting, shaping
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistaken_calls import Source, filter_defects
from conformance.emulator.mistaken_masks import mask_defects
from conformance.emulator.mistaken_periods import period_defects
from conformance.emulator.mistakes import asking, defect, listing, setting
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

END, TAG = "POST /cdrcallcenter", "cdrcallercenter"

_SOURCE = Source(
    endpoint=END,
    tag=TAG,
    held="queue_calls",
    filters=(
        "caller_num",
        "called_num",
        "operator",
        "gateway_id",
        "gateway_name",
        "status",
        "waiting_time",
        "conversation_time",
    ),
    searched=("caller_num", "called_num", "operator", "gateway_name"),
)


def _flagging(by: Callable[[str], str]) -> Alteration:
    """Take another word for what was said of details; one that is missing is an empty text."""

    def change(body: Element) -> None:
        if body.find(TAG) is not None:
            setting(body, f"{TAG}/details", by((body.findtext(f"{TAG}/details") or "").strip()))

    return asking(END, change)


def _steps(by: Callable[[Element], None]) -> Alteration:
    def shape(root: Element) -> None:
        for details in root.iter("details"):
            by(details)

    return shaping(END, by=shape)


def _all_lost(details: Element) -> None:
    details[:] = []


def _changed(tag: str, text: str) -> Alteration:
    """Whoever asks for details sees another value of the call itself."""

    def shape(root: Element) -> None:
        for call in root.iter("call"):
            if call.find("details") is not None:
                setting(call, tag, text)

    return shaping(END, by=shape)


def _only_detailed(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    """Asked for details, the filter is forgotten."""
    said = (request.body.element.findtext(f"{TAG}/details") or "").strip()

    def change(body: Element) -> None:
        for block in body.findall(TAG):
            for found in block.findall("filter"):
                block.remove(found)

    return proceed(edited(request, change) if said == "true" else request)


def _more_than_one_step(calls: list[Element]) -> list[Element]:
    return [
        one for one in calls if one.find("details") is None or len(one.findall(".//detail")) > 1
    ]


def _detail_defects() -> Iterator[Defect]:
    """The steps of a call are shown to the wrong ones, or not as they are."""
    for name, title, kind, alteration in (
        ("always", "shows details whoever asks", "read", _flagging(lambda _: "true")),
        ("never", "never shows details", "read", _flagging(lambda _: "false")),
        (
            "inverted",
            "shows details where they are not wanted, and the other way round",
            "read",
            _flagging(lambda text: "false" if text == "true" else "true"),
        ),
        (
            "by-default",
            "shows details where nothing is said",
            "read",
            _flagging(lambda t: t or "true"),
        ),
        ("empty", "shows a call without its steps", "read", _steps(_all_lost)),
        ("filter-ignored", "forgets the filter", "filter", intercepting(END, by=_only_detailed)),
        (
            "failovers-only",
            "shows only calls of several steps",
            "filter",
            listing(END, f"{TAG}/calls/call", _more_than_one_step),
        ),
        ("operator-lost", "shows no operator of the call", "read", _changed("operator", "")),
        ("waiting-changed", "shows another waiting time", "read", _changed("waiting_time", "0")),
        ("status-changed", "shows another status", "read", _changed("status", "8")),
    ):
        yield defect(END, f"details-{name}", kind, title, alteration)


# Names and outbound calls, which are not here, are left to /cdr.
DEFECTS = [
    *filter_defects(_SOURCE),
    *period_defects(_SOURCE),
    *mask_defects(_SOURCE),
    *_detail_defects(),
]
