"""Behaviour other than the normal one, kept apart from the emulator's own code.

A seeded defect and a permitted variant are both made of alterations. Each names the layer at which
it takes hold, from the outside in:

    wrap       the ASGI application: bytes of HTTP before anything is read
    respond    the HTTP response: status, headers, bytes
    shape      the XML answer as a tree, before it becomes bytes
    intercept  around the handler: the request, the state before and after, the reply
    routes     which endpoints there are, and which of them need a licence
    prepare    the PBX before it is switched on
    settings   what it is started with
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lxml.etree import _Element as Element
from starlette.responses import Response
from starlette.types import ASGIApp

from conformance.emulator.dispatch import Interceptor
from conformance.emulator.pbx import Pbx
from conformance.emulator.routing import ApiRequest, EmulatedRoute
from conformance.emulator.settings import EmulatorSettings

Shape = Callable[[ApiRequest, Element], None]
"""Changes the root of an XML answer in place."""

Respond = Callable[[ApiRequest | None, Response], Response]
"""Changes a response, or returns another; there is no request where it never reached the API."""

Wrap = Callable[[ASGIApp], ASGIApp]
Prepare = Callable[[Pbx], None]
Reroute = Callable[[Sequence[EmulatedRoute]], Sequence[EmulatedRoute]]
Resettle = Callable[[EmulatorSettings], EmulatorSettings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alteration:
    """One change of the emulated PBX; what is None stays as it is."""

    settings: Resettle | None = None
    prepare: Prepare | None = None
    routes: Reroute | None = None
    intercept: Interceptor | None = None
    shape: Shape | None = None
    respond: Respond | None = None
    wrap: Wrap | None = None


@dataclass(frozen=True, slots=True)
class Alterations:
    """Several alterations, which take hold in their order."""

    parts: tuple[Alteration, ...] = ()

    def settle(self, settings: EmulatorSettings) -> EmulatorSettings:
        """Return what the PBX is started with."""
        for change in filter(None, (part.settings for part in self.parts)):
            settings = change(settings)
        return settings

    def prepare(self, pbx: Pbx) -> None:
        """Change a PBX that has not been asked anything yet."""
        for change in filter(None, (part.prepare for part in self.parts)):
            change(pbx)

    def reroute(self, routes: Iterable[EmulatedRoute]) -> Sequence[EmulatedRoute]:
        """Return the endpoints that there are."""
        found: Sequence[EmulatedRoute] = tuple(routes)
        for change in filter(None, (part.routes for part in self.parts)):
            found = change(found)
        return found

    @property
    def interceptors(self) -> tuple[Interceptor, ...]:
        """What stands around the handlers, outermost first."""
        return tuple(part.intercept for part in self.parts if part.intercept)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What changes XML answers."""
        return tuple(part.shape for part in self.parts if part.shape)

    @property
    def responders(self) -> tuple[Respond, ...]:
        """What changes HTTP responses."""
        return tuple(part.respond for part in self.parts if part.respond)

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Return the application with everything around it that stands outside."""
        for change in filter(None, (part.wrap for part in self.parts)):
            app = change(app)
        return app
