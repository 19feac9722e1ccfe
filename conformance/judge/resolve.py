"""Which endpoint of the guide a recorded request is for, in whatever permitted spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from conformance.dialect import LICENSE_PATHS

if TYPE_CHECKING:
    from conformance.catalogue import Catalogue, Endpoint

__all__ = ["Place", "Resolved", "place_of", "resolve"]

BASE = "/rest/"
PORTS = {"http": 80, "https": 443}
INTERFACES = "/system/network/interfaces"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request went: the PBX, and the path below /rest."""

    host: str
    path: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a request is for.

    Attributes:
        endpoint: the guide's endpoint; None where the guide has none.
        key: what stands in the place of the path's placeholder.
        fault: what the client did that the guide does not know; empty if it is as printed.
        reading: the reading by which it is that endpoint, and the spelling used.
    """

    endpoint: Endpoint | None
    key: str = ""
    fault: str = ""
    reading: tuple[str, str] | None = None


def place_of(url: str) -> Place | None:
    """The PBX that a URL names and the path below its /rest; None if there is no such part."""
    parts = urlsplit(url)
    before, base, path = parts.path.partition(BASE)
    if not base:
        return None
    port = parts.port or PORTS[parts.scheme]
    shown = "" if port in PORTS.values() else f":{port}"
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return Place(f"{name}{shown}{before}", f"/{path}")


def resolve(catalogue: Catalogue, method: str, path: str) -> Resolved:
    """Find the endpoint of a method and a path below /rest."""
    spelling = _license_spelling(path)
    asked = "/license/pxbinstance" if spelling else path
    found = _match(catalogue, asked)
    ends = {end.method: (end, key) for end, key in found}
    if method in ends:
        end, key = ends[method]
        return Resolved(end, key, reading=("RD-01", spelling) if spelling else None)
    if method == "GET" and path == INTERFACES:  # RD-02
        return Resolved(ends["POST"][0], reading=("RD-02", "GET"))
    if ends:
        return Resolved(None, fault=f"{method} is no method of this path, as {_several(ends)} are")
    other = asked.removesuffix("/") if asked.endswith("/") else f"{asked}/"
    near = {end.method: end for end, _ in _match(catalogue, other)}
    if method in near:
        return Resolved(None, fault=f"the guide prints {near[method].path} (RD-14)")
    return Resolved(None, fault="the guide has no such path")


def _license_spelling(path: str) -> str:
    family, _, name = path.removeprefix("/").partition("/")
    return name if family == "license" and name in LICENSE_PATHS else ""


def _several(methods: dict[str, tuple[Endpoint, str]]) -> str:
    return " and ".join(methods)


def _match(catalogue: Catalogue, path: str) -> list[tuple[Endpoint, str]]:
    """The endpoints of a path, those without a placeholder first."""
    plain = [(end, "") for end in catalogue.endpoints.values() if end.path == path]
    if plain:
        return plain
    found = []
    for end in catalogue.endpoints.values():
        if end.placeholder:
            pattern = re.escape(end.path).replace(re.escape(f"<{end.placeholder}>"), "([^/]+)")
            if hit := re.fullmatch(pattern, path):
                found.append((end, unquote(hit[1])))
    return found
