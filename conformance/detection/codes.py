"""For every documented (endpoint, code): another code, and another message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import catalogue
from conformance.emulator.altering import shaping
from conformance.emulator.seeded import Defect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from conformance.catalogue import Code, Endpoint
    from conformance.emulator.alteration import Alteration

__all__ = ["code_defects"]


def code_defects() -> Iterator[Defect]:
    """For each documented code of each endpoint: the next one instead, and a misprinted message."""
    for end in catalogue.load().endpoints.values():
        for code in end.codes:
            yield from _of(end, code)


def _of(end: Endpoint, code: Code) -> Iterator[Defect]:
    wrong = next((other for other in end.codes if other.code != code.code), None)
    stem = f"{end.slug}.code-{code.code}"
    if wrong is not None:
        yield Defect(
            id=f"{stem}.as-{wrong.code}",
            kind="code",
            title=f"answers {wrong.code} ({wrong.message}) where {code.code} is due",
            clause=end.name,
            near=(f"{end.slug}.*",),
            oracle="code",
            alteration=_rewritten(end, code.code, code=wrong.code, message=wrong.message),
        )
    yield Defect(
        id=f"{end.slug}.message-{code.code}.misprinted",
        kind="message",
        title=f"misprints the message of code {code.code}",
        clause=end.name,
        near=(f"{end.slug}.*",),
        oracle="message",
        alteration=_rewritten(end, code.code, message=f"{code.message[:-1]}"),
    )


def _rewritten(
    end: Endpoint, due: int, *, code: int | None = None, message: str | None = None
) -> Alteration:
    def rewrite(root: Element) -> None:
        for block in root.iter("error", "error_code"):
            if block.findtext("code") != str(due):
                continue
            for tag, text in (("code", code), ("message", message)):
                child = block.find(tag)
                if text is not None and child is not None:
                    child.text = str(text)

    return shaping(end.name, by=rewrite)
