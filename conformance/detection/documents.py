"""For every response schema: elements left out, renamed, doubled, misplaced, of another type.

What a schema permits (RD-28) is no defect: an optional element may be renamed, which makes an
undocumented one of it (RD-32), but not left out.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance import catalogue
from conformance.detection.places import Place, places
from conformance.detection.values import spoils
from conformance.emulator.altering import shaping
from conformance.emulator.document import add
from conformance.emulator.profile import available_profiles, load_profile
from conformance.emulator.seeded import Defect
from conformance.schema.store import message_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lxml.etree import _Element as Element

    from conformance.catalogue import Endpoint
    from conformance.detection.values import Spoil
    from conformance.emulator.alteration import Alteration

    Edit = Callable[[Sequence[Element]], None]

__all__ = ["document_defects", "schemas_of"]


def document_defects() -> Iterator[Defect]:
    """For each response schema, in each version of the API: one defect for each way to break it."""
    for end in catalogue.load().endpoints.values():
        for relative, version in schemas_of(end):
            broken = _Broken(end, relative, version)
            newest = version == catalogue.API_VERSIONS[-1]
            yield from broken.defects() if newest else broken.of_an_older_version()


def schemas_of(end: Endpoint) -> Iterator[tuple[str, str]]:
    """The response schemas of an endpoint; the newest API first, and an older one if it differs."""
    found: dict[str, str] = {}
    for version in reversed(end.api_versions):
        relative = end.schema("response", version)
        if relative is not None:
            found.setdefault(relative, version)
    yield from found.items()


def firmware_of(api_version: str) -> str:
    """A firmware of the emulated PBX that speaks a version of the API."""
    known = available_profiles()
    return next(name for name in known if load_profile(name).api_version == api_version)


@dataclass(frozen=True, slots=True)
class _Broken:
    """One schema, and the answers that break it."""

    end: Endpoint
    relative: str
    version: str

    def defects(self) -> Iterator[Defect]:
        model = message_schema(self.relative).model
        found = list(places(model))
        for place in found:
            if place.required and not place.repeats:
                yield self._defect(place, "missing", f"{place.name} is missing", _remove)
            if not (place.leaf and place.required) or place in _first_leaves(found):
                yield self._defect(place, "renamed", f"{place.name} has another name", _rename)
            for name, spoil in self._spoils(place):
                title = f"{place.name} holds what is outside its type ({name})"
                yield self._defect(place, name, title, _spoiling(spoil))
        yield from self._around(found)
        for record in (place for place in found if place.repeats):
            yield from self._some(record, [place for place in found if place.inside(record)])

    def of_an_older_version(self) -> Iterator[Defect]:
        """What an older API alone requires: what it has in common with the newest is tried there.

        That it lacks an element of the newest API makes an undocumented one of it.
        """
        found = list(places(message_schema(self.relative).model))
        for place in found:
            if place.required and not place.repeats:
                yield self._defect(place, "missing", f"{place.name} is missing", _remove)
        newest = self.end.schema("response", catalogue.API_VERSIONS[-1])
        known = {place.path for place in found}
        for place in places(message_schema(str(newest)).model):
            if place.path not in known:
                title = f"{place.name} is shown, which this version of the API does not know"
                above, edit = replace(place, path=place.path[:-1]), _adding(place.name)
                yield self._defect(place, "too-early", title, edit, at=above)

    def _spoils(self, place: Place) -> Iterator[tuple[str, Spoil]]:
        model = message_schema(self.relative).model
        yield from spoils(model, place.declaration).items()

    def _around(self, found: Sequence[Place]) -> Iterator[Defect]:
        top = found[0]
        yield self._defect(top, "doubled", f"{top.name} stands twice", _double)
        yield self._defect(top, "wrapped", f"{top.name} is wrapped once more", _wrap)
        if any(place.path[:-1] == top.path for place in found):
            yield self._defect(top, "unwrapped", f"what {top.name} holds stands bare", _unwrap)
        yield self._defect(Place.root(top), "undocumented", "an element that nobody knows", _extend)
        for place in _first_leaves(found):
            where = place.path[-2]
            undocumented = f"an element that nobody knows in {where}"
            yield self._defect(place, "doubled", f"{place.name} stands twice", _double)
            yield self._defect(place, "outside", f"{place.name} stands outside {where}", _lift)
            yield self._defect(place, "beside-undocumented", undocumented, _beside)

    def _some(self, record: Place, inside: Sequence[Place]) -> Iterator[Defect]:
        """What is wrong with one record of several, where a glance at the first is no help."""
        leaves = [
            place for place in inside if place.required and len(place.path) == record.depth + 1
        ]
        for place in leaves[-2:]:
            title = f"{place.name} is missing in the last {record.name} alone"
            yield self._defect(place, "missing-in-last", title, _of_last(record, place, _remove))
        typed = [(place, *wrong) for place in leaves for wrong in self._spoils(place)]
        for place, name, spoil in typed[-1:]:
            title = f"{place.name} is outside its type ({name}) in the last {record.name} alone"
            edit = _of_last(record, place, _spoiling(spoil))
            yield self._defect(place, f"{name}-in-last", title, edit)
        title = f"an element that nobody knows in the second {record.name}"
        yield self._defect(record, "second-undocumented", title, _second)

    def _defect(
        self, place: Place, change: str, title: str, edit: Edit, *, at: Place | None = None
    ) -> Defect:
        where = at or place
        newest = self.version == catalogue.API_VERSIONS[-1]
        older = "" if newest else f"-{self.version.replace('.', '-')}"
        path = ".".join(("answer" + older, *place.path))
        alteration = shaping(self.end.name, by=lambda root: edit(where.of(root)))
        return Defect(
            id=f"{self.end.slug}.{path}.{change}",
            kind="schema",
            title=f"{title}: {'/'.join(place.path)}" if place.path else title,
            clause=self.end.name,
            near=(f"{self.end.slug}.*",),
            oracle="schema",
            alteration=self._in_version(alteration),
        )

    def _in_version(self, alteration: Alteration) -> Alteration:
        if self.version == catalogue.API_VERSIONS[-1]:
            return alteration
        firmware = firmware_of(self.version)
        return replace(alteration, settings=lambda settings: replace(settings, firmware=firmware))


def _first_leaves(found: Sequence[Place]) -> Iterator[Place]:
    """Of each element that holds others: the first required one that holds a value."""
    seen: set[tuple[str, ...]] = set()
    for place in found:
        above = place.path[:-1]
        if place.required and place.leaf and above and above not in seen:
            seen.add(above)
            yield place


def _remove(elements: Sequence[Element]) -> None:
    for element in elements:
        _parent(element).remove(element)


def _rename(elements: Sequence[Element]) -> None:
    for element in elements:
        element.tag = f"{element.tag!s}_"


def _double(elements: Sequence[Element]) -> None:
    for element in elements:
        element.addnext(deepcopy(element))


def _wrap(elements: Sequence[Element]) -> None:
    for element in elements:
        add(_parent(element), "response").append(element)


def _unwrap(elements: Sequence[Element]) -> None:
    for element in elements:
        above = _parent(element)
        above.extend(list(element))
        above.remove(element)


def _lift(elements: Sequence[Element]) -> None:
    for element in elements:
        _parent(element).addnext(element)


def _beside(elements: Sequence[Element]) -> None:
    for element in elements:
        add(_parent(element), "internal_note", "1")


def _extend(elements: Sequence[Element]) -> None:
    for element in elements:
        add(element, "server", "kpbx-3")


def _adding(name: str) -> Edit:
    def edit(elements: Sequence[Element]) -> None:
        for element in elements:
            add(element, name)

    return edit


def _second(elements: Sequence[Element]) -> None:
    for element in elements[1:2]:
        add(element, "internal_note", "1")


def _spoiling(spoil: Spoil) -> Edit:
    def edit(elements: Sequence[Element]) -> None:
        for element in elements:
            if (text := spoil(element.text or "")) is not None:
                element.text = text or None

    return edit


def _of_last(record: Place, place: Place, edit: Edit) -> Edit:
    """The same edit, of what stands in the last of the records that hold such an element."""
    below = "/".join(place.path[record.depth :])

    def of_last(elements: Sequence[Element]) -> None:
        if elements:
            last = elements[-1]
            for _ in place.path[record.depth :]:
                last = _parent(last)
            edit(last.findall(below))

    return of_last


def _parent(element: Element) -> Element:
    found = element.getparent()
    assert found is not None, "only what stands below the root is moved"  # noqa: S101
    return found
