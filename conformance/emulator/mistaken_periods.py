"""Mistakes that both call records can have in what period they take for the one asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, intercepting
from conformance.emulator.calls import timestamp
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistaken_calls import Source
from conformance.emulator.mistakes import asking, defect, setting
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

__all__ = ["period_defects"]

_FORMAT, _DAY = "%Y-%m-%d %H:%M:%S", timedelta(days=1)
_LONG_AGO, _FAR_AHEAD = "1990-01-01 00:00:00", "2100-01-01 00:00:00"


Shift = Callable[[datetime], datetime]


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.strptime((text or "").strip(), _FORMAT)  # noqa: DTZ007 - the PBX's own
    except ValueError:
        return None


def _bounds(source: Source, body: Element) -> tuple[datetime | None, datetime | None]:
    begin, end = (body.findtext(f"{source.tag}/{tag}") for tag in ("begin", "end"))
    return _moment(begin), _moment(end)


def _shifting(source: Source, bound: str, by: Shift) -> Callable[[Element], None]:
    """Take a bound for another, where the interval is in order before and after."""

    def change(body: Element) -> None:
        begin, end = _bounds(source, body)
        given = begin if bound == "begin" else end
        in_order = begin is None or end is None or begin <= end
        if given is None or not in_order:
            return
        shifted = by(given)
        other = end if bound == "begin" else begin
        if other is None or (shifted <= other if bound == "begin" else shifted >= other):
            setting(body, f"{source.tag}/{bound}", timestamp(shifted))

    return change


def _defaulting(source: Source, bound: str, by: Shift) -> Alteration:
    """Take another moment for the default of a bound: told of the PBX's time."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block(source.tag)
        if form is None or form.word(bound):
            return proceed(request)
        text, path = timestamp(by(pbx.now())), f"{source.tag}/{bound}"
        return proceed(edited(request, lambda body: setting(body, path, text)))

    return intercepting(source.endpoint, by=intercept)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0)


def _month(moment: datetime) -> datetime:
    return _midnight(moment).replace(day=1)


def _fixed(text: str) -> Shift:
    return lambda _: datetime.strptime(text, _FORMAT)  # noqa: DTZ007 - the PBX's own time


BOUNDS: tuple[tuple[str, str, str, Shift], ...] = (
    ("begin", "ignored", "does not heed begin", _fixed(_LONG_AGO)),
    ("begin", "day-late", "begins a day later", lambda moment: moment + _DAY),
    ("begin", "day-early", "begins a day earlier", lambda moment: moment - _DAY),
    ("begin", "as-date", "begins at midnight", _midnight),
    ("end", "ignored", "does not heed end", _fixed(_FAR_AHEAD)),
    ("end", "day-late", "ends a day later", lambda moment: moment + _DAY),
    ("end", "day-early", "ends a day earlier", lambda moment: moment - _DAY),
    ("end", "as-date", "ends at the day's end", lambda moment: _midnight(moment) + _DAY),
    ("end", "at-midnight", "ends where the day of end begins", _midnight),
)
"""Bound, end of the id, what happens, and which moment is taken for it."""

DEFAULTS: tuple[tuple[str, str, str, Shift], ...] = (
    ("begin", "year", "begins with the year", lambda now: _month(now).replace(month=1)),
    (
        "begin",
        "former-month",
        "begins with the month before",
        lambda now: _month(_month(now) - _DAY),
    ),
    ("begin", "today", "begins today at midnight", _midnight),
    ("begin", "everything", "begins with the oldest call", _fixed(_LONG_AGO)),
    ("begin", "month-ago", "begins thirty days ago", lambda now: now - 30 * _DAY),
    (
        "begin",
        "month-at-this-time",
        "begins on the first, at this time",
        lambda now: now.replace(day=1),
    ),
    (
        "begin",
        "second-day",
        "begins on the second day of the month",
        lambda now: _month(now) + _DAY,
    ),
    ("end", "midnight", "ends with yesterday", _midnight),
    ("end", "day-ago", "ends a day ago", lambda now: now - _DAY),
    ("end", "epoch", "ends before it began", _fixed(_LONG_AGO)),
)
"""Bound, end of the id, what happens by default, and which moment is taken."""


def _flagging(source: Source, by: Callable[[str], str]) -> Callable[[Element], None]:
    """Take a start_flag for another; one that is missing is given as an empty text."""

    def change(body: Element) -> None:
        if body.find(source.tag) is not None:
            path = f"{source.tag}/start_flag"
            setting(body, path, by((body.findtext(path) or "").strip()))

    return change


FLAGS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("ignored", "always selects by the end of a call", lambda _: "false"),
    ("always-true", "always selects by the start of a call", lambda _: "true"),
    (
        "inverted",
        "takes start_flag the other way round",
        lambda text: "false" if text == "true" else "true",
    ),
    ("default-true", "selects by the start of a call by default", lambda text: text or "true"),
    ("false-as-true", "takes start_flag false for true", lambda text: "true" if text else ""),
)
"""End of the id, what happens, and what is taken for the flag."""


def _overlapping(source: Source, inside: bool) -> Alteration:
    """Start and end both count: of a call that is inside, or of one that touches the interval."""

    def select(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        begin, end = _bounds(source, request.body.element)
        if begin is None or end is None or begin > end:
            return proceed(request)
        calls, first, final = getattr(pbx, source.held), timestamp(begin), timestamp(end)
        if inside:
            found = [one for one in calls if first <= one.start and one.end <= final]
        else:
            touching = [one for one in calls if one.start <= final and first <= one.end]
            found = [replace(one, id=one.id) for one in touching]
        setattr(pbx, source.held, found)
        change = _shifting(source, "begin", lambda moment: moment - _DAY)
        try:
            return proceed(request if inside else edited(request, _wider(source, change)))
        finally:
            setattr(pbx, source.held, calls)

    return intercepting(source.endpoint, by=select)


def _wider(source: Source, change: Callable[[Element], None]) -> Callable[[Element], None]:
    def widen(body: Element) -> None:
        change(body)
        _shifting(source, "end", lambda moment: moment + _DAY)(body)

    return widen


def _swapping(source: Source) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        begin, end = _bounds(source, body)
        if begin is not None and end is not None and end < begin:
            setting(body, f"{source.tag}/begin", timestamp(end))
            setting(body, f"{source.tag}/end", timestamp(begin))

    return change


def _emptying(source: Source) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        begin, end = _bounds(source, body)
        if begin is not None and end is not None and end < begin:
            setting(body, f"{source.tag}/begin", _LONG_AGO)
            setting(body, f"{source.tag}/end", _LONG_AGO)

    return change


def _equal_rejected(source: Source) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        begin, end = _bounds(source, body)
        if begin is not None and begin == end:
            setting(body, f"{source.tag}/end", _LONG_AGO)

    return change


def period_defects(source: Source) -> Iterator[Defect]:
    """The interval is another one."""
    end = source.endpoint
    for bound, name, title, by in BOUNDS:
        alteration = asking(end, _shifting(source, bound, by))
        yield defect(end, f"{bound}-{name}", "filter", title, alteration)
    for bound, name, title, by in DEFAULTS:
        alteration = _defaulting(source, bound, by)
        yield defect(end, f"{bound}-default-{name}", "filter", title, alteration)
    for name, title, flag in FLAGS:
        alteration = asking(end, _flagging(source, flag))
        yield defect(end, f"start_flag-{name}", "filter", title, alteration)
    for name, title, kind, alteration in (
        (
            "whole-calls",
            "selects calls that are wholly inside",
            "filter",
            _overlapping(source, True),
        ),
        (
            "touching-calls",
            "selects calls that touch the interval",
            "filter",
            _overlapping(source, False),
        ),
        ("reversed-swapped", "exchanges begin and end", "rejected", asking(end, _swapping(source))),
        (
            "reversed-empty",
            "finds nothing where end is first",
            "rejected",
            asking(end, _emptying(source)),
        ),
        (
            "moment-rejected",
            "rejects an end equal to begin",
            "rejected",
            asking(end, _equal_rejected(source)),
        ),
    ):
        yield defect(end, name, kind, title, alteration)
