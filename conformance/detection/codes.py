"""For every documented (endpoint, code): other codes and other messages; likewise of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import catalogue
from conformance.emulator.altering import shaping
from conformance.emulator.document import add
from conformance.emulator.seeded import Defect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element as Element

    from conformance.catalogue import Code, Endpoint
    from conformance.emulator.alteration import Alteration

__all__ = ["code_defects"]

GATE = "request_not_allowed"


def code_defects() -> Iterator[Defect]:
    """For each documented code of each endpoint: others instead of it, and wrong messages."""
    guide = catalogue.load()
    for end in guide.endpoints.values():
        for code in end.codes:
            yield from _never(end, code) if code.excuse else _of(end, code)
        yield from _confused_messages(end)
    for code in guide.global_codes:
        yield from _of_the_gate(code, guide.global_codes)


def _of(end: Endpoint, code: Code) -> Iterator[Defect]:
    stem, near = f"{end.slug}.code-{code.code}", (f"{end.slug}.*",)
    for wrong in _others(end, code):
        yield Defect(
            id=f"{stem}.as-{wrong.code}",
            kind="code",
            title=f"answers {wrong.code} ({wrong.message}) where {code.code} is due",
            clause=end.name,
            near=near,
            oracle="code",
            alteration=_rewritten(end.name, code.code, code=wrong.code, message=wrong.message),
        )
    messages = {"misprinted": code.message[:-1]} | ({"empty": ""} if code is end.codes[0] else {})
    for name, text in messages.items():
        yield Defect(
            id=f"{end.slug}.message-{code.code}.{name}",
            kind="message",
            title=f"the message of code {code.code} is {name}",
            clause=end.name,
            near=near,
            oracle="message",
            alteration=_rewritten(end.name, code.code, message=text),
        )


def _others(end: Endpoint, code: Code) -> Iterator[Code]:
    """Success instead of a refusal; and one refusal instead of another, far off in the table."""
    others = [other for other in end.codes if other.code != code.code and not other.excuse]
    yield from (other for other in others if other.code == 0)
    refusals = [other for other in others if other.code != 0]
    first = refusals[:1] if end.codes[1:2] != (code,) else refusals[-1:]
    # Of the phases of an update the next one may come early, and the last one stay for a while.
    late = code is end.codes[1]
    far = [other for other in refusals if not late or other.code > code.code + 1] or refusals
    yield from first if end.codes[0].code == 0 else far[:1]


def _never(end: Endpoint, code: Code) -> Iterator[Defect]:
    """A code that no request brings about: here it comes in place of one that is due."""
    due = end.codes[0]
    yield Defect(
        id=f"{end.slug}.code-{code.code}.for-{due.code}",
        kind="code",
        title=f"answers {code.code} ({code.message}) where {due.code} is due",
        clause=end.name,
        near=(f"{end.slug}.*",),
        oracle="code",
        alteration=_rewritten(end.name, due.code, code=code.code, message=code.message),
    )


def _confused_messages(end: Endpoint) -> Iterator[Defect]:
    """The messages of two codes that stand beside each other in the table, exchanged."""
    shown = [code for code in end.codes if not code.excuse]
    for one, other in zip(shown[-2::-2], shown[::-2], strict=False):
        yield Defect(
            id=f"{end.slug}.message-{one.code}.of-{other.code}",
            kind="message",
            title=f"code {one.code} comes with the message of code {other.code}",
            clause=end.name,
            near=(f"{end.slug}.*",),
            oracle="message",
            alteration=_rewritten(end.name, one.code, message=other.message),
        )


def _of_the_gate(code: Code, codes: Sequence[Code]) -> Iterator[Defect]:
    stem = f"api.license.code-{code.code}"
    for wrong in (other for other in codes if other is not code):
        yield Defect(
            id=f"{stem}.as-{wrong.code}",
            kind="licence",
            title=f"the gate answers {wrong.code} ({wrong.message}) where {code.code} is due",
            clause=catalogue.LICENSE_CLAUSE,
            near=("api.license.*",),
            oracle="code",
            alteration=_rewritten("", code.code, code=wrong.code, message=wrong.message),
        )
    for name, text in (("misprinted", f"Licence {code.message[8:]}"), ("empty", "")):
        yield Defect(
            id=f"api.license.message-{code.code}.{name}",
            kind="message",
            title=f"the message of the gate's code {code.code} is {name}",
            clause=catalogue.LICENSE_CLAUSE,
            near=("api.license.*",),
            oracle="message",
            alteration=_rewritten("", code.code, message=text),
        )


def _rewritten(
    endpoint: str, due: int, *, code: int | None = None, message: str | None = None
) -> Alteration:
    """Another code or message wherever a code is due: of an endpoint, or of the licence gate."""

    def rewrite(root: Element) -> None:
        for block in _blocks(root, due, gated=not endpoint):
            for tag, text in (("code", code), ("message", message)):
                child = block.find(tag)
                if text is not None and child is not None:
                    child.text = str(text) or None

    return shaping(*([endpoint] if endpoint else []), by=rewrite)


def _blocks(root: Element, due: int, *, gated: bool) -> list[Element]:
    """The blocks of an answer that hold a code.

    A list without a block stands for success: one of code 0 is permitted there (RD-09), so that it
    can be wrong as well.
    """
    found = list(root.iter("error", "error_code"))
    if not found and due == 0:
        found = [add(root[-1], "error")]
        add(found[0], "code", "0")
        add(found[0], "message", "Success")
    within = (block for block in found if block.findtext("code") == str(due))
    return [block for block in within if (root.find(GATE) is not None) is gated]
