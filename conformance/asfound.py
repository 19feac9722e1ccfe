"""The PBX as a run finds it and as it leaves it, so that the report can say whether both agree."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.errors import SafetyViolation
from conformance.secrecy import SECRET_ELEMENTS
from conformance.whole import LISTS, Configuration, changes, read_lists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.sut import Sut
    from conformance.wire.exchange import Exchange

__all__ = ["CONFIGURED", "AsFound", "capture"]

# Beside what checks compare: rooms and slots, which no check makes.
CONFIGURED = (*LISTS, ("GET /pbx/conferences", "conferences/conference", "name"))
SEEN = (*CONFIGURED, ("GET /system/firmware", "firmware", ""))
NEVER_ANSWERED = "it was not answered"


@dataclass(slots=True)
class AsFound:
    """What a PBX shows of its configuration at one time."""

    configuration: Configuration
    unread: list[str] = field(default_factory=list)

    def records(self, endpoint: str) -> dict[str, Any]:
        """The records of one list by key; empty if it could not be read."""
        return self.configuration[endpoint][1] if endpoint in self.configuration else {}

    def digests(self) -> dict[str, dict[str, str]]:
        """Each record as a few letters, for a journal: nothing can be read from them."""
        return {
            endpoint: {key: _digest(record) for key, record in records.items()}
            for endpoint, (_, records) in self.configuration.items()
        }

    def differences(self, now: AsFound) -> list[str]:
        """What is different now, one line each; what could not be read twice is not compared."""
        both = {
            endpoint: found
            for endpoint, found in self.configuration.items()
            if endpoint in now.configuration
        }
        return changes(both, now.configuration)

    def unlike(
        self,
        digests: Mapping[str, Mapping[str, str]],
        but: Callable[[str, str], bool] = lambda _endpoint, _key: False,
    ) -> list[str]:
        """What differs from the digests of an earlier time, one line each.

        Args:
            digests: of the lists, by their headings.
            but: whether a record, by its list and key, may differ.
        """
        said = []
        for endpoint, earlier in digests.items():
            if endpoint not in self.configuration:
                said.append(f"{endpoint}: {NEVER_ANSWERED}")
                continue
            now = {key: _digest(record) for key, record in self.records(endpoint).items()}
            for key in sorted(earlier.keys() | now.keys()):
                if earlier.get(key) != now.get(key) and not but(endpoint, key):
                    what = "gone" if key not in now else "new" if key not in earlier else "changed"
                    said.append(f"{endpoint}: {key!r} is {what}" if key else f"{endpoint}: {what}")
        return said


def _digest(record: Any) -> str:
    text = json.dumps(_public(record), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _public(value: Any) -> Any:
    """A record without its secrets: a PIN of four digits could be guessed from a digest."""
    if not isinstance(value, dict):
        return value
    return {
        tag: [_public(item) for item in items]
        for tag, items in value.items()
        if tag not in SECRET_ELEMENTS
    }


def capture(sut: Sut, seen: Iterable[tuple[str, str, str]] = SEEN) -> AsFound:
    """Read what the PBX shows, with requests that only ask; what can't be read is named."""

    def ask(endpoint: str) -> Exchange:
        return sut.send(sut.outgoing(endpoint, request_id=None))

    found: Configuration = {}
    unread = []
    for entry in seen:
        try:
            found |= read_lists(ask, [entry])
        except SafetyViolation:
            continue
        if entry[0] not in found:
            unread.append(entry[0])
    return AsFound(found, unread)
