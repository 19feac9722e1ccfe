"""What a search drew, kept so that it alone can be tried again.

A drawn message holds what belongs to the run that drew it: words that nobody else has, numbers that
were free, values of the PBX. So Hypothesis's own choices are kept, from which the same message is
made for another PBX, and beside them the message, by which is seen whether it came out the same.
A sequence of the state machine is kept as its steps.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from hypothesis.database import ExampleDatabase

from conformance.secrecy import SECRET_ELEMENTS, WITHHELD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from conformance.wire.redact import Redactor

__all__ = ["Chosen", "Noting", "Pinned", "alike", "opened_message", "plain", "shown"]

# Numbers are the PBX's or the lab's: ids, extensions, telephone numbers.
_NUMBER = re.compile(r"\d+")
SHORTEST_WORD, WORD = 8, "\N{SECTION SIGN}"
OTHERS = (b".secondary", b".pareto")


@dataclass(slots=True)
class Pinned:
    """What is to be tried again, and whether it was.

    Attributes:
        search: the name of the search that drew it.
        choices: Hypothesis's choices; empty of a sequence.
        message: what came out of them, in plain data.
        steps: the steps of a sequence.
        tried: it was tried.
        unlike: why it could not be tried as it was.
    """

    search: str
    choices: bytes = b""
    message: Any = None
    steps: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    tried: bool = False
    unlike: str = ""

    @classmethod
    def of(cls, drawn: Mapping[str, Any]) -> Pinned:
        """From what stands in a results or a case file.

        Raises:
            ValueError: it does not say which choices were made.
        """
        try:
            choices = base64.b64decode(drawn.get("choices", ""), validate=True)
        except ValueError as error:
            raise ValueError(f"choices: {error}") from None
        steps = tuple((str(name), values) for name, values in drawn.get("steps", ()))
        return cls(str(drawn["search"]), choices, drawn.get("message"), steps)


class Noting(ExampleDatabase):
    """Passes on to another database, and notes the shortest choices that failed."""

    def __init__(self, kept: ExampleDatabase | None) -> None:
        super().__init__()
        self._kept = kept
        self.failed = b""

    def save(self, key: bytes, value: bytes) -> None:
        """Keep choices."""
        if not key.endswith(OTHERS):
            self.failed = value
        if self._kept is not None:
            self._kept.save(key, value)

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """The choices kept earlier."""
        return () if self._kept is None else self._kept.fetch(key)

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget choices."""
        if self._kept is not None:
            self._kept.delete(key, value)


class Chosen(ExampleDatabase):
    """Holds one example, whatever it is asked for."""

    def __init__(self, choices: bytes) -> None:
        super().__init__()
        self._choices = choices

    def save(self, key: bytes, value: bytes) -> None:
        """Keep nothing more."""

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """The example."""
        return () if key.endswith(OTHERS) else (self._choices,)

    def delete(self, key: bytes, value: bytes) -> None:
        """Keep the example all the same."""


def plain(value: Any) -> Any:
    """A drawn value as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(tag): plain(one) for tag, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value) if one.compare}
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)


def shown(drawn: Mapping[str, Any] | None, redactor: Redactor) -> dict[str, Any] | None:
    """What was drawn as it is written to a file: without secrets."""
    return None if drawn is None else _without_secrets(drawn, redactor)


def _without_secrets(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, Mapping):
        return {
            tag: WITHHELD if tag in SECRET_ELEMENTS and one else _without_secrets(one, redactor)
            for tag, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(one, redactor) for one in value]
    return redactor.text(value) if isinstance(value, str) else value


def alike(drawn: Any, recorded: Any, words: Iterable[str]) -> bool:
    """Whether a message is the recorded one, but for what belongs to a run and its PBX.

    Args:
        drawn: the message drawn now, in plain data.
        recorded: the one of the other run, where its own words stand open.
        words: the words of this run that nobody else has.
    """
    if isinstance(drawn, dict) and isinstance(recorded, dict):
        same = drawn.keys() == recorded.keys()
        return same and all(
            tag in SECRET_ELEMENTS or alike(drawn[tag], recorded[tag], words) for tag in drawn
        )
    if isinstance(drawn, list) and isinstance(recorded, list):
        pairs = zip(drawn, recorded, strict=False)
        return len(drawn) == len(recorded) and all(alike(*pair, words) for pair in pairs)
    if isinstance(drawn, str) and isinstance(recorded, str):
        return WITHHELD in recorded or opened(drawn, words) == opened(recorded, ())
    return bool(drawn == recorded)


def opened_message(message: Any, words: Collection[str]) -> Any:
    """A message in plain data, in which the words of a run stand open."""
    if isinstance(message, dict):
        return {tag: opened_message(one, words) for tag, one in message.items()}
    if isinstance(message, list):
        return [opened_message(one, words) for one in message]
    return _without_words(message, words) if isinstance(message, str) else message


def opened(text: str, words: Iterable[str]) -> str:
    """A text in which the words of a run, and numbers, stand open."""
    return _NUMBER.sub("0", _without_words(text, words))


def _without_words(text: str, words: Iterable[str]) -> str:
    for word in words:
        for form in (word, word[:SHORTEST_WORD]):
            text = text.replace(form, WORD).replace(form.lower(), WORD)
    return text
