"""What a request asks for, by its method and path alone, whatever it claims to be.

The gate goes by this: a request can't pass for a milder class than that of the endpoint a PBX may
take it for. A PBX may read a path in more than one way (percent signs, dots, a slash too many), so
that all of them count, and the most drastic endpoint is the one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from conformance import catalogue
from conformance.dialect import LICENSE_PATHS
from conformance.errors import SafetyViolation
from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.catalogue import Endpoint
    from conformance.wire.client import Outgoing

__all__ = ["APPLYING", "APPLYING_CLASSES", "asked_for", "assert_allowed"]

# Apply and revert belong to whatever class made the changes (contract.md).
APPLYING = frozenset({"PUT /pbx/apply", "PUT /pbx/revert"})
APPLYING_CLASSES = frozenset({SafetyClass.CONFIG, SafetyClass.NETWORK})
# What a server answers without doing anything, where the guide has no such request.
SILENT_METHODS = {"GET", "HEAD", "OPTIONS"}
METHODS = ("GET", "POST", "PUT", "DELETE")
LISTED_BY = "/system/network/interfaces"
MOST_KNOWN = 4096
Segments = tuple[str, ...]


def asked_for(outgoing: Outgoing) -> Endpoint | None:
    """The endpoint that a PBX may take a request for; None if the guide has none like it."""
    return _endpoint(outgoing.method, outgoing.path)


def assert_allowed(outgoing: Outgoing, allow: frozenset[SafetyClass]) -> None:
    """See that a request may be sent.

    One that must be rejected may claim the lower class that its endpoint has for such; whether it
    must be is the check's to know.

    Raises:
        SafetyViolation: the class that it claims is not allowed, that of its endpoint is not, or
            the one is milder than the other; or nobody knows what the request does.
    """
    end, claimed = asked_for(outgoing), outgoing.safety
    if end is None:
        if outgoing.method.upper() not in SILENT_METHODS:
            raise SafetyViolation(
                f"{outgoing.method} {outgoing.path}: the guide has no such request, and what it "
                "does is not known"
            )
        classes = frozenset({SafetyClass.READ})
    else:
        own = frozenset({end.safety, end.rejected_safety})
        classes = APPLYING_CLASSES if end.name in APPLYING else own
    if claimed in allow and any(one in allow and one.rank <= claimed.rank for one in classes):
        return
    least = min(classes, key=lambda one: one.rank)
    claim = "" if claimed is least else f" and claims {claimed}"
    allowed = sorted(allow, key=lambda one: one.rank)
    raise SafetyViolation(
        f"{outgoing.method} {outgoing.path} is of class {least}{claim}, "
        f"allowed are {', '.join(allowed)}"
    )


@lru_cache(maxsize=MOST_KNOWN)
def _endpoint(method: str, path: str) -> Endpoint | None:
    method = "GET" if method.upper() == "HEAD" else method.upper()
    ways = [*_ways(path)]
    found = [end for way in ways for end in _at(method, way)]
    if not found and method in SILENT_METHODS:  # a router may pass over the method
        found = [end for way in ways for other in METHODS for end in _at(other, way)]
    return max(found, key=lambda end: end.safety.rank, default=None)


def _ways(path: str) -> Iterator[Segments]:
    """The ways in which a PBX may read a path, as lists of its segments."""
    path = path.partition("?")[0].partition("#")[0]
    raw = path.split("/")
    yield _plain([unquote(segment) for segment in raw])
    if not any(sign in path for sign in ("%", "..", "\\", ";")):
        return
    decoded = unquote(path).replace("\\", "/").split("/")
    decoded = [segment.partition(";")[0] for segment in decoded]
    yield _plain(decoded)
    resolved: list[str] = []
    for segment in decoded:
        if segment.strip() == "..":
            del resolved[-1:]
        elif segment.strip() not in {"", "."}:
            resolved.append(segment)
    yield _plain(resolved)


def _plain(segments: list[str]) -> Segments:
    stripped = (segment.strip().lower() for segment in segments)
    return tuple(segment for segment in stripped if segment not in {"", "."})


def _at(method: str, segments: Segments) -> Iterator[Endpoint]:
    known, keyed = _tables()
    if end := known.get((method, segments)):
        yield end
    elif end := keyed.get((method, segments[:-1])) or keyed.get((method, segments)):
        yield end  # an empty key is one as well


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[tuple[str, Segments], Endpoint], dict[tuple[str, Segments], Endpoint]]:
    """The guide's requests by method and segments: those without a key, those before a key."""
    known, keyed = {}, {}
    for end in catalogue.load().endpoints.values():
        segments = _plain(end.path.split("/"))
        if end.placeholder:
            keyed[end.method, segments[:-1]] = end
        else:
            known[end.method, segments] = end
        if end.family == "license":  # RD-01
            known |= {(end.method, ("license", name)): end for name in LICENSE_PATHS}
        if end.path == LISTED_BY and end.method == "POST":  # RD-02
            known["GET", segments] = end
    return known, keyed
