"""A whole recording judged: each exchange by itself, call records, and what others tell of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.dialect import Dialect
from conformance.errors import ConfigurationError
from conformance.judge.calls import CallJudge
from conformance.judge.recorded import CALL_CENTER_TAGS, Recorded, recorded
from conformance.judge.resolve import Place, place_of, resolve
from conformance.judge.secrets import without_credentials
from conformance.judge.single import judge_single
from conformance.judge.story import Story
from conformance.sut import api_version_of
from conformance.text import printable, shortened
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.callrecords.kind import Kind
    from conformance.catalogue import Catalogue
    from conformance.judge.capture import Capture, Entry
    from conformance.judge.resolve import Resolved
    from conformance.verdict import Observation

__all__ = ["Fault", "Judged", "judge_passively"]

FIRMWARE = "GET /system/firmware"
LONGEST_FIRMWARE = 64
PREFLIGHT, CALL_CENTER = "OPTIONS", "POST /cdrcallcenter"
# Reasons why an undecided requirement is; beyond so many they say nothing new.
MOST_OF_A_KIND = 3
KNOWS_TAG = {3, 11}
API_VERSIONS = ("1.0", "1.1")
_SLOT = re.compile(rb"<(primary|secondary|running)>\s*([^<]*?)\s*</")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a client broke the guide."""

    entry: int
    method: str
    path: str
    said: tuple[str, ...]


@dataclass(slots=True)
class Judged:
    """What came of a recording.

    Attributes:
        host: the PBX that was judged.
        observations: by requirement, what was seen of it; a failure once.
        counts: by requirement, in how many exchanges.
        faults: the client's faults.
        left_out: why entries were not judged, and how many.
        classes: the safety classes of the requests that were judged.
        judged: how many were.
    """

    host: str
    firmware: str
    api_version: str
    dialect: Dialect = field(default_factory=Dialect)
    observations: dict[str, list[Observation]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    classes: set[str] = field(default_factory=set)
    judged: int = 0

    def observe(self, found: Observation) -> None:
        """Keep an observation, as far as it says something new."""
        self.counts[found.requirement] += 1
        kept = self.observations.setdefault(found.requirement, [])
        same = [one for one in kept if one.verdict is found.verdict]
        new = not any(one.reason == found.reason and one.remarks == found.remarks for one in same)
        if not same or (new and found.verdict is not Verdict.FAIL and len(same) < MOST_OF_A_KIND):
            kept.append(found)


class _Recording:
    """The entries of one PBX, and what is known of it beforehand."""

    def __init__(self, catalogue: Catalogue, capture: Capture, host: str) -> None:
        self.catalogue = catalogue
        self.places = [(entry, place_of(entry.url)) for entry in capture.entries]
        families = {end.family for end in catalogue.endpoints.values()}
        speaking = Counter(
            place.host
            for _, place in self.places
            if place is not None and place.path.split("/")[1] in families
        )
        if not speaking:
            raise ConfigurationError(
                "no entry of the recording is for this API: none has /rest/ and a path of the "
                "guide in its URL"
            )
        if host and host not in speaking:
            known = ", ".join(printable(one) for one in speaking)
            raise ConfigurationError(f"--host: nothing is recorded of {host!r}, but of {known}")
        self.host = host or speaking.most_common(1)[0][0]

    @cached_property
    def own(self) -> list[tuple[Entry, Place]]:
        """The entries of the PBX."""
        return [
            (entry, place)
            for entry, place in self.places
            if place is not None and place.host == self.host
        ]

    def firmwares(self) -> Iterator[tuple[int, str]]:
        """Which firmware ran, by the number of the entry that says it."""
        for entry, place in self.own:
            if entry.method == "GET" and place.path == "/system/firmware" and entry.answer.data:
                slots = dict(_SLOT.findall(entry.answer.data))
                version = slots.get(slots.get(b"running", b""), b"").decode("utf-8", "replace")
                if version:
                    yield entry.number, shortened(printable(version), LONGEST_FIRMWARE)

    def call_center_tags(self) -> set[str]:
        """The spellings of the container that the PBX shows to understand (RD-04)."""
        found = set()
        for entry, place in self.own:
            if place.path == "/cdrcallcenter" and entry.answer.data and entry.sent.data:
                code = re.search(rb"<code>\s*(\d{1,9})\s*<", entry.answer.data)
                if code and int(code[1]) in KNOWS_TAG:
                    found |= {
                        tag for tag in CALL_CENTER_TAGS if f"<{tag}>".encode() in entry.sent.data
                    }
        return found


def judge_passively(
    catalogue: Catalogue,
    kinds: Sequence[Kind],
    capture: Capture,
    *,
    host: str = "",
    api_version: str = "",
) -> Judged:
    """Judge a recording.

    Args:
        catalogue: the guide.
        kinds: the sorts of call record.
        capture: the recording.
        host: the PBX, if the recording has several; else the one most entries are for.
        api_version: the version of the API; else that of the firmware that the recording shows.

    Raises:
        ConfigurationError: nothing in it is for this API, or for that host.
    """
    recording = _Recording(catalogue, capture, host)
    firmwares = list(recording.firmwares())
    said = str(capture.head.get("api_version") or "")
    said = said if said in API_VERSIONS else ""
    firmware = firmwares[0][1] if firmwares else "unknown"
    first = api_version or said or (api_version_of(firmware) if firmwares else "1.1")
    judged = Judged(recording.host, firmware, first)
    others = len(recording.places) - len(recording.own)
    if others:
        judged.left_out["of another host, or outside of /rest"] = others
    if capture.unreadable:
        judged.left_out["no request and response in it"] = capture.unreadable
    versions = {} if api_version or said else {n: api_version_of(v) for n, v in firmwares}
    tags = {"cdr"} | recording.call_center_tags()
    course = _Course(catalogue, kinds, judged, versions, tags)
    for entry, place in recording.own:
        course.take(entry, place)
    return judged


class _Course:
    """Goes through a recording, entry by entry.

    Args:
        catalogue: the guide.
        kinds: the sorts of call record.
        judged: takes what is found.
        versions: the version of the API from an entry on, by the entry's number.
        tags: the spellings of containers that the PBX is known to understand.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        kinds: Sequence[Kind],
        judged: Judged,
        versions: dict[int, str],
        tags: set[str],
    ) -> None:
        self._catalogue, self._judged = catalogue, judged
        self._versions, self._tags = versions, tags
        self._version = judged.api_version
        self._story, self._ids = Story(), set[str]()
        self._resolved: dict[tuple[str, str], Resolved] = {}
        self._calls = {
            (version, kind.endpoint): CallJudge(kind.of_version(version), judged.dialect)
            for kind in kinds
            for version in API_VERSIONS
        }

    def take(self, entry: Entry, place: Place) -> None:
        """Judge the next entry."""
        self._version = self._versions.get(entry.number, self._version)
        if entry.method == PREFLIGHT:
            self._judged.left_out["asks what a browser may send (OPTIONS)"] += 1
        elif entry.cached:
            self._judged.left_out["taken from a browser's cache"] += 1
        else:
            self._judge(entry, self._what(entry.method, place.path))

    def _what(self, method: str, path: str) -> Resolved:
        asked = (method, path)
        if asked not in self._resolved:
            self._resolved[asked] = resolve(self._catalogue, *asked)
        return self._resolved[asked]

    def _judge(self, entry: Entry, what: Resolved) -> None:
        clean = replace(entry, url=without_credentials(entry.url))
        one = recorded(clean, what, self._version)
        name, tag = one.endpoint.name if one.endpoint else "", _container(entry, one)
        # What a PBX makes of a container that it does not know is not said (RD-04).
        one.understood = name != CALL_CENTER or tag in self._tags
        calls = self._calls.get((self._version, name))
        for found in (
            *judge_single(self._catalogue, one, self._ids, self._judged.dialect),
            *self._story.follow(one),
            *(calls.judge(one) if calls is not None and one.judged else ()),
        ):
            self._judged.observe(found)
        _count(self._judged, one)
        if one.knows_id and one.exchange.request_id:
            self._ids.add(one.exchange.request_id)
        one.exchange.forget()


def _container(entry: Entry, one: Recorded) -> str:
    """The spelling of the request's container, as it was sent."""
    if one.root is None or entry.sent.data is None:
        return ""
    if one.endpoint is None or one.endpoint.name != CALL_CENTER:
        return next((str(child.tag) for child in one.root if child.tag != "request_id"), "")
    return CALL_CENTER_TAGS[b"<cdrcallercenter" not in entry.sent.data]


def _count(judged: Judged, one: Recorded) -> None:
    if one.judged and one.endpoint is not None:
        judged.judged += 1
        judged.classes.add(str(one.endpoint.safety))
    elif one.exchange.response is None:
        judged.left_out["without an answer"] += 1
    elif one.endpoint is None:
        judged.left_out["no endpoint of the guide"] += 1
    elif one.doubt:
        judged.left_out[one.doubt] += 1
    else:
        judged.left_out["an answer of which the guide says nothing"] += 1
    if one.faults:
        exchange = one.exchange
        judged.faults.append(
            Fault(one.entry.number, one.entry.method, exchange.request.path, tuple(one.faults))
        )
