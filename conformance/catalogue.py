"""The guide as data: endpoints, codes, requirements and readings.

`load()` reads `general/guide.toml` and every `families/*/guide.toml`, derives the requirements
that hold for every endpoint (schema, codes, messages, request_id, authentication, licence),
adds those written out for single sentences of the guide, and cross-checks the whole.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.errors import CatalogueError
from conformance.lab.safety import SafetyClass
from conformance.resources import xsd_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

__all__ = ["Catalogue", "Code", "Endpoint", "Reading", "Requirement", "load"]

T = TypeVar("T")

API_VERSIONS = ("1.0", "1.1")
GENERAL = "general/guide.toml"
LICENSE_CLAUSE = "REST APIs and KalliopePBX license activation"


@dataclass(frozen=True, slots=True)
class Code:
    """One documented outcome of an endpoint.

    Attributes:
        provoked: conditions that a request fulfils by itself; each of them calls for the code.
        only_if: what must hold of a request that is answered with it, as far as a request shows.
        also: codes that may come in its place (RD-16).
    """

    code: int
    message: str
    when: str
    needs: tuple[str, ...] = ()
    safety: SafetyClass | None = None
    excuse: str = ""
    provoked: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path, as the guide's heading writes them.

    Attributes:
        needs: what every requirement of it needs (see `Sut.unmet`).
        probe_safety: the class of a request that must be rejected, where it is a lower one.
        versioned: the kinds of message that differ between API versions.
        license_exempt: whether it answers whatever the licence's state.
        patience: how many time-outs its answer may take, as it waits for something itself.
    """

    method: str
    path: str
    family: str
    safety: SafetyClass
    summary: str
    codes: tuple[Code, ...] = ()
    needs: tuple[str, ...] = ()
    probe_safety: SafetyClass | None = None
    versioned: tuple[str, ...] = ()
    license_exempt: bool = False
    patience: float = 1.0
    api_versions: tuple[str, ...] = API_VERSIONS

    @property
    def name(self) -> str:
        """The guide's heading: `POST /users/configs/`."""
        return f"{self.method} {self.path}"

    @property
    def slug(self) -> str:
        """The stem of its requirement ids and schema files: `users.configs.post`."""
        parts = [part.strip("<>") for part in self.path.split("/") if part]
        return ".".join([*parts, self.method.lower()])

    @property
    def placeholder(self) -> str | None:
        """The name between angle brackets in the path, if there is one."""
        found = re.search(r"<(\w+)>", self.path)
        return found.group(1) if found else None

    @property
    def rejected_safety(self) -> SafetyClass:
        """The class of a request to it that must be rejected."""
        return self.probe_safety or self.safety

    def schema(self, kind: str, api_version: str) -> str | None:
        """Path below `xsd/` of its request or response schema; None where it has none."""
        if kind == "request" and self.method in {"GET", "DELETE"}:
            return None
        suffix = f"-{api_version}" if kind in self.versioned else ""
        return f"{self.family}/{self.slug}.{kind}{suffix}.xsd"

    def code(self, number: int) -> Code | None:
        """The documented outcome of that number, if there is one."""
        return next((code for code in self.codes if code.code == number), None)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One checkable statement of the guide."""

    id: str
    clause: str
    endpoint: str | None
    title: str
    safety: SafetyClass
    code: int | None = None
    needs: tuple[str, ...] = ()
    excuse: str = ""
    api_versions: tuple[str, ...] = API_VERSIONS


@dataclass(frozen=True, slots=True)
class Reading:
    """How an ambiguous clause is read."""

    id: str
    clause: str
    guide: str
    choice: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the guide says, by name."""

    document: Mapping[str, Any]
    firmware_of_api: Mapping[str, str]
    endpoints: Mapping[str, Endpoint]
    global_codes: tuple[Code, ...]
    requirements: Mapping[str, Requirement]
    readings: Mapping[str, Reading]
    slugs: Mapping[str, Endpoint] = field(default_factory=dict)

    def pairs(self) -> Iterator[tuple[Endpoint, Code]]:
        """Every documented (endpoint, code) pair."""
        return ((end, code) for end in self.endpoints.values() for code in end.codes)


def _documents() -> Iterator[tuple[str, dict[str, Any]]]:
    root = resources.files("conformance")
    general = _read(GENERAL, root / "general" / "guide.toml")
    yield GENERAL, general
    chapters = general["document"]["families"]
    rooms = {room.name for room in (root / "families").iterdir() if (room / "guide.toml").is_file()}
    if rooms != set(chapters):
        odd = ", ".join(sorted(rooms ^ set(chapters)))
        raise CatalogueError(f"{GENERAL}: families and their rooms differ: {odd}")
    for family in chapters:
        name = f"families/{family}/guide.toml"
        yield name, _read(name, root / "families" / family / "guide.toml")


def _read(name: str, file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{name}: {error}") from error


def _safety(value: str | None) -> SafetyClass | None:
    return None if value is None else SafetyClass(value)


def _code(row: Mapping[str, Any]) -> Code:
    return Code(
        code=row["code"],
        message=row["message"],
        when=row.get("when", ""),
        needs=tuple(row.get("needs", ())),
        safety=_safety(row.get("safety")),
        excuse=row.get("excuse", ""),
        provoked=tuple(row.get("provoked", ())),
        only_if=tuple(row.get("only_if", ())),
        also=tuple(row.get("also", ())),
    )


def _endpoint(family: str, row: Mapping[str, Any], exempt: Iterable[str]) -> Endpoint:
    return Endpoint(
        method=row["method"],
        path=row["path"],
        family=family,
        safety=SafetyClass(row["safety"]),
        summary=row["summary"],
        codes=tuple(_code(code) for code in row.get("codes", ())),
        needs=tuple(row.get("needs", ())),
        probe_safety=_safety(row.get("probe_safety")),
        versioned=tuple(row.get("versioned", ())),
        license_exempt=any(f"{row['path']}/".startswith(f"{tree}/") for tree in exempt),
        patience=float(row.get("patience", 1)),
    )


def _reading(row: Mapping[str, Any]) -> Reading:
    return Reading(
        id=row["id"],
        clause=row["clause"],
        guide=row["guide"],
        choice=row["choice"],
        alternatives=tuple(row["alternatives"]),
    )


def _derived(end: Endpoint) -> Iterator[Requirement]:
    """The requirements that the guide's general part and code tables give every endpoint."""

    def make(what: str, title: str, **more: Any) -> Requirement:
        more.setdefault("safety", end.rejected_safety)
        more.setdefault("needs", end.needs)
        more.setdefault("clause", end.name)
        return Requirement(id=f"{end.slug}.{what}", endpoint=end.name, title=title, **more)

    yield make("response-schema", "Every answer fits its schema")
    yield make(
        "request-id", "The request_id of a request stands in its answer", clause="Request_id"
    )
    physical = tuple(need for need in end.needs if need.startswith("lab:"))
    yield make(
        "authentication",
        "Refused without credentials and with wrong ones",
        clause="Introduction",
        needs=physical,
    )
    gate = "Answers whatever the licence's state" if end.license_exempt else "Gated by the licence"
    yield make("license", gate, clause=LICENSE_CLAUSE, needs=("lab:license-missing", *physical))
    for code in end.codes:
        shared: dict[str, Any] = {
            "code": code.code,
            "safety": code.safety or end.safety,
            "needs": code.needs,
            "excuse": code.excuse,
        }
        yield make(f"code-{code.code}", f"Code {code.code}: {code.when}", **shared)
        text = f"Code {code.code} comes with the message {code.message!r}"
        yield make(f"message-{code.code}", text, **shared)


def _license_codes(codes: Iterable[Code]) -> Iterator[Requirement]:
    for code in codes:
        for what, title in (
            ("code", f"Code {code.code}: {code.when}"),
            ("message", f"Code {code.code} comes with the message {code.message!r}"),
        ):
            yield Requirement(
                id=f"api.license.{what}-{code.code}",
                clause=LICENSE_CLAUSE,
                endpoint=None,
                title=title,
                safety=SafetyClass.READ,
                code=code.code,
                needs=code.needs,
            )


def _written(row: Mapping[str, Any], slugs: Mapping[str, Endpoint]) -> Requirement:
    end = slugs.get(row["id"].rpartition(".")[0])
    if end is None and not row["id"].startswith("api."):
        raise CatalogueError(f"requirement {row['id']}: no endpoint has the stem of this id")
    if end is None and not {"clause", "safety"} <= row.keys():
        raise CatalogueError(f"requirement {row['id']}: needs a clause and a safety class")
    return Requirement(
        id=row["id"],
        clause=row.get("clause") or (end.name if end else ""),
        endpoint=end.name if end else None,
        title=row["title"],
        safety=SafetyClass(row.get("safety") or (end.safety if end else "")),
        needs=tuple(row.get("needs", ())) + (end.needs if end else ()),
        excuse=row.get("excuse", ""),
        api_versions=tuple(row.get("api_versions", API_VERSIONS)),
    )


def _index(kind: str, items: Iterable[T], key: str) -> dict[str, T]:
    found: dict[str, T] = {}
    for item in items:
        name = getattr(item, key)
        if name in found:
            raise CatalogueError(f"{kind} {name} stands twice")
        found[name] = item
    return found


def _check(endpoints: Mapping[str, Endpoint]) -> None:
    for end in endpoints.values():
        if end.path.split("/")[1] != end.family:
            raise CatalogueError(f"{end.name}: does not belong to the family {end.family}")
        numbers = [code.code for code in end.codes]
        twice = {number for number in numbers if numbers.count(number) > 1}
        if twice:
            raise CatalogueError(f"{end.name}: code {min(twice)} stands twice")
        for kind in ("request", "response"):
            for version in end.api_versions:
                relative = end.schema(kind, version)
                if relative and not (xsd_dir() / relative).is_file():
                    raise CatalogueError(f"{end.name}: its schema xsd/{relative} is missing")


def build(documents: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """Make a catalogue from parsed guide files, by file name.

    Raises:
        CatalogueError: the data are incomplete or contradict themselves.
    """
    general = documents[GENERAL]
    try:
        endpoints = _index(
            "endpoint",
            (
                _endpoint(doc["family"], row, general["license"]["exempt"])
                for doc in documents.values()
                for row in doc.get("endpoint", ())
            ),
            "name",
        )
        slugs = _index("slug", endpoints.values(), "slug")
        codes = tuple(_code(row) for row in general["global_code"])
        requirements = [req for end in endpoints.values() for req in _derived(end)]
        requirements += _license_codes(codes)
        rows = (row for doc in documents.values() for row in doc.get("requirement", ()))
        requirements += [_written(row, slugs) for row in rows]
        readings = [_reading(row) for doc in documents.values() for row in doc.get("reading", ())]
    except (KeyError, ValueError) as error:
        raise CatalogueError(f"the guide's data: {error!r}") from error
    _check(endpoints)
    return Catalogue(
        document=general["document"],
        firmware_of_api={row["version"]: row["firmware"] for row in general["api_version"]},
        endpoints=endpoints,
        global_codes=codes,
        requirements=_index("requirement", requirements, "id"),
        readings=_index("reading", sorted(readings, key=lambda item: item.id), "id"),
        slugs=slugs,
    )


@cache
def load() -> Catalogue:
    """Load and cross-check the whole catalogue, once per process.

    Raises:
        CatalogueError: the data are incomplete or contradict themselves.
    """
    return build(dict(_documents()))
