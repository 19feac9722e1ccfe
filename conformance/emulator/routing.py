"""From a method and a path to the handler of a family."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from conformance.emulator.document import Form
from conformance.emulator.replies import Reply

if TYPE_CHECKING:
    from conformance.emulator.pbx import Pbx


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request as a handler sees it.

    Attributes:
        route: The endpoint that was asked.
        body: What is inside `kpbx_request`; of a GET or DELETE, nothing.
        argument: What stands for the placeholder of the path.
        request_id: The request's id, if it carries one.
        wants_csv: Whether the client asks for CSV.
    """

    route: "EmulatedRoute"
    body: Form
    argument: str = ""
    request_id: str | None = None
    wants_csv: bool = False


Handler = Callable[["Pbx", ApiRequest], Reply]


@dataclass(frozen=True, slots=True)
class EmulatedRoute:
    """One endpoint: the method and path of the guide's heading, without `/rest`."""

    method: str
    path: str
    handler: Handler
    license_exempt: bool = field(default=False, kw_only=True)


_Key = tuple[str | None, ...]


class Router:
    """Finds routes; a slash at the end of a path makes no difference.

    Raises:
        ValueError: Two routes have the same method and path.
    """

    def __init__(self, routes: Iterable[EmulatedRoute]) -> None:
        self._routes: dict[_Key, dict[str, EmulatedRoute]] = {}
        for route in routes:
            methods = self._routes.setdefault(_template(route.path), {})
            if route.method in methods:
                raise ValueError(f"{route.method} {route.path} is routed twice")
            methods[route.method] = route

    def find(self, path: str) -> tuple[Mapping[str, EmulatedRoute], str]:
        """Return the routes of a percent-encoded path by method, and its argument.

        There are no routes when the path is unknown.
        """
        # Decoded piece by piece: an encoded slash is part of an argument, and divides nothing.
        segments = tuple(map(unquote, _segments(path)))
        if segments in self._routes:
            return self._routes[segments], ""
        if not segments[-1]:
            return {}, ""
        return self._routes.get((*segments[:-1], None), {}), segments[-1]


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.removeprefix("/").removesuffix("/").split("/"))


def _template(path: str) -> _Key:
    return tuple(None if part.startswith("<") else part for part in _segments(path))
