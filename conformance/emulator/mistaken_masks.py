"""Mistakes that both call records can have in what they hide, and from whom."""

from collections.abc import Callable, Iterator

from lxml.etree import _Element as Element

from conformance.emulator.access import md5
from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, intercepting, shaping
from conformance.emulator.calls import INBOUND, INTERNAL, OUTBOUND
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import add
from conformance.emulator.mistaken_calls import Source, Values
from conformance.emulator.mistakes import defect, setting, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Records, Reply, Table
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

__all__ = ["MASKS", "mask_defects", "masked", "masking", "masking_with_password"]

Mask = Callable[[Values], Values]
"""Of a call's fields, whole, those that are shown."""

_EXTERNAL = {INBOUND: "caller_num", OUTBOUND: "called_num"}


def masked(values: Values, mask: Callable[[str], str] | None = None) -> Values:
    """Return a call as it is shown without password; `mask` hides a number otherwise."""
    shown = {
        tag: "" if tag in {"caller_name", "called_name"} else text for tag, text in values.items()
    }
    tag = _EXTERNAL.get(values["direction"], "")
    if tag:
        shown[tag] = (mask or _three)(values[tag])
    return shown


def _three(number: str) -> str:
    return f"{number[:-3]}XXX" if number else ""


def _whole(number: str) -> str:
    return number


def _in_xml(by: Mask) -> Callable[[Element], Element]:
    def change(call: Element) -> Element:
        leaves = [child for child in call if not len(child) and child.tag != "details"]
        shown = by({str(child.tag): child.text or "" for child in leaves})
        for child in leaves:
            child.text = shown[str(child.tag)] or None
        return call

    return change


def _shown(reply: Reply, by: Mask, *, xml: bool = True, csv: bool = True) -> Reply:
    if isinstance(reply, Records) and xml:
        reply.records = map(_in_xml(by), reply.records)
    elif isinstance(reply, Table) and csv:
        columns = list(reply.columns)
        values = (dict(zip(columns, row, strict=True)) for row in reply.rows)
        reply.rows = [tuple(by(one)[tag] for tag in columns) for one in values]
    return reply


def masking(source: Source, by: Mask, *, xml: bool = True, csv: bool = True) -> Alteration:
    """Return: without password, calls are shown as a function has it (by default in every form)."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block(source.tag)
        concerned = csv if request.wants_csv else xml
        if form is None or form.word("privacy_password") or not concerned:
            return proceed(request)
        password, path = md5(pbx.settings.privacy_password), f"{source.tag}/privacy_password"
        reply = proceed(edited(request, lambda body: setting(body, path, password)))
        return _shown(reply, by)

    return intercepting(source.endpoint, by=intercept)


def masking_with_password(source: Source, by: Mask) -> Alteration:
    """Return: with the right password, calls are shown as a function has it."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block(source.tag)
        given = form.word("privacy_password") if form else ""
        reply = proceed(request)
        return _shown(reply, by) if given and pbx.access.reveals(given) else reply

    return intercepting(source.endpoint, by=intercept)


def _of(direction: str, tag: str, by: Callable[[str], str]) -> Mask:
    """Show another number of the calls of one direction."""

    def mask(values: Values) -> Values:
        shown = masked(values)
        if values["direction"] == direction:
            shown[tag] = by(values[tag])
        return shown

    return mask


def _other_party(values: Values) -> Values:
    tag = {INBOUND: "called_num", OUTBOUND: "caller_num"}.get(values["direction"], "")
    shown = masked(values, _whole)
    return shown | {tag: _three(values[tag])} if tag else shown


def _but(tag: str, text: str) -> Mask:
    return lambda values: masked(values) | {tag: text}


def _by(mask: Callable[[str], str]) -> Mask:
    return lambda values: masked(values, mask)


MASKS: tuple[tuple[str, str, Mask], ...] = (
    ("two-digits", "masks two digits", _by(lambda n: f"{n[:-2]}XX" if n else "")),
    ("four-digits", "masks four digits", _by(lambda n: f"{n[:-4]}XXXX" if n else "")),
    ("first-digits", "masks the first three digits", _by(lambda n: f"XXX{n[3:]}" if n else "")),
    ("digits-cut", "cuts the last three digits off", _by(lambda n: n[:-3])),
    ("digits-added", "writes XXX behind the whole number", _by(lambda n: f"{n}XXX" if n else "")),
    ("all-digits", "masks every digit", _by(lambda n: "X" * len(n))),
    ("stars", "masks by asterisks", _by(lambda n: f"{n[:-3]}***" if n else "")),
    ("small-letters", "masks by small letters", _by(lambda n: f"{n[:-3]}xxx" if n else "")),
    ("withheld", "shows a withheld number as XXX", _by(lambda n: f"{n[:-3]}XXX")),
    ("nothing", "masks no number", _by(_whole)),
    ("other-party", "masks the internal number", _other_party),
    ("inbound-whole", "shows callers whole", _of(INBOUND, "caller_num", _whole)),
    ("inbound-called", "masks the called number as well", _of(INBOUND, "called_num", _three)),
    ("internal-caller", "masks internal callers", _of(INTERNAL, "caller_num", _three)),
    ("internal-called", "masks internal called numbers", _of(INTERNAL, "called_num", _three)),
    ("gateway-emptied", "hides the gateway's name", _but("gateway_name", "")),
    (
        "start-cut",
        "hides the time of day",
        lambda v: masked(v) | {"start": f"{v['start'][:10]} 00:00:00"},
    ),
    ("answer-hidden", "hides the time of the answer", _but("answer", "")),
)
"""End of the id, what happens without password, and what is shown."""


def _password(source: Source, by: Callable[[Pbx, str], str | None]) -> Alteration:
    """Take a password for another: told of the one given, empty if none; None leaves it out."""

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block(source.tag)
        if form is None:
            return proceed(request)
        given = form.word("privacy_password")
        taken = by(pbx, given)
        path = f"{source.tag}/privacy_password"
        if taken == given or (taken is None and not given):
            return proceed(request)
        return proceed(edited(request, lambda body: setting(body, path, taken or "")))

    return intercepting(source.endpoint, by=intercept)


def _right(pbx: Pbx) -> str:
    return md5(pbx.settings.privacy_password)


PASSWORDS: tuple[tuple[str, str, Callable[[Pbx, str], str | None]], ...] = (
    (
        "wrong-masked",
        "takes a wrong privacy password for none",
        lambda pbx, given: given if pbx.access.reveals(given) else None,
    ),
    (
        "wrong-unmasked",
        "takes any privacy password",
        lambda pbx, given: _right(pbx) if given else "",
    ),
    (
        "right-refused",
        "refuses the right privacy password",
        lambda pbx, given: "0" * 32 if pbx.access.reveals(given) else given,
    ),
    (
        "right-ignored",
        "masks in spite of the right privacy password",
        lambda pbx, given: None if pbx.access.reveals(given) else given,
    ),
    ("none-unmasked", "needs no privacy password", lambda pbx, given: given or _right(pbx)),
    (
        "none-refused",
        "refuses a request without privacy password",
        lambda _, given: given or "0" * 32,
    ),
    (
        "plain-accepted",
        "takes the privacy password itself",
        lambda pbx, given: _right(pbx) if given == pbx.settings.privacy_password else given,
    ),
    (
        "admin-accepted",
        "takes the administrator's password",
        lambda pbx, given: _right(pbx) if given == md5(pbx.settings.password) else given,
    ),
    (
        "beginning-accepted",
        "compares the beginning of the md5 sum alone",
        lambda pbx, given: _right(pbx) if given[:8] == _right(pbx)[:8] else given,
    ),
)
"""End of the id, what happens, and which password is taken for the one given."""


def _with_calls(root: Element) -> None:
    """An error is answered with a list of calls beside it."""
    for container in root:
        if container.find("error_code") is not None and container.find("calls") is None:
            add(container, "calls")


def mask_defects(source: Source) -> Iterator[Defect]:
    """Too much is shown, too little, or to the wrong ones."""
    end = source.endpoint
    for name, title, mask in MASKS:
        yield defect(end, f"mask-{name}", "mask", title, masking(source, mask))
    for name, title, by in PASSWORDS:
        yield defect(end, f"password-{name}", "mask", title, _password(source, by))
    title = "shows masked calls to whoever has the password"
    alteration = masking_with_password(source, masked)
    yield defect(end, "mask-with-password", "mask", title, alteration)
    title = "shows an empty list of calls beside an error"
    yield defect(
        end, "calls-beside-error", "read", title, shaping(end, by=_with_calls), oracle="schema"
    )
    title = "shows no time of an answer"
    yield defect(end, "answer-empty", "read", title, showing(end, "answer", lambda _: ""))
    yield defect(
        end,
        "no-tags-rejected",
        "rejected",
        "rejects a request without tags",
        intercepting(end, by=_requiring(source)),
        oracle="code",
    )


def _requiring(source: Source) -> Callable[[Pbx, ApiRequest, Answer], Reply]:
    """Without any tag, the answer is as if the container were missing."""

    def intercept(_: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        block = request.body.element.find(source.tag)
        if block is None or len(block):
            return proceed(request)
        return proceed(edited(request, lambda body: body.remove(body[-1])))

    return intercept
