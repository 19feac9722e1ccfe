"""Numbers for what recordings withhold: equal secrets stay equal, and their values unknown."""

from __future__ import annotations

import html
import re

from conformance.secrecy import SECRET_WORD
from conformance.wire.named import hide

__all__ = ["Numbers"]

MOST_PARTS = 100_000

_MARKUP = re.compile(r"<!\[CDATA\[(?P<said>.*?)\]\]>|<!--.*?-->|<\?.*?\?>", re.DOTALL)


class Numbers:
    """Gives each secret value of one run a number, the same whenever it comes again."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._secret: dict[str, bool] = {}

    def of_value(self, value: str) -> int:
        """The number of one value."""
        return self._numbers.setdefault(_meant(value), len(self._numbers) + 1)

    def of_document(self, text: str) -> list[int]:
        """The numbers of what the secret elements of a document hold, in their order.

        These are the marks that take their places when the document is redacted.
        """
        names = [part for part in set(text.replace(">", "<").split("<")) if self._names(part)]
        held = hide(text, names)[1] if names else ()
        return [self.of_value(value) for value in held if value.strip()]

    def _names(self, part: str) -> bool:
        if part not in self._secret:
            if len(self._secret) > MOST_PARTS:
                self._secret.clear()
            self._secret[part] = bool(SECRET_WORD.search(part))
        return self._secret[part]


def _meant(content: str) -> str:
    """What an element's content says, in whatever form XML writes it."""
    said, at = "", 0
    for markup in _MARKUP.finditer(content):
        said += html.unescape(content[at : markup.start()]) + (markup["said"] or "")
        at = markup.end()
    return (said + html.unescape(content[at:])).strip()
