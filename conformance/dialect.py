"""The dialect: which of several permitted readings this SUT follows, found by probing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.catalogue import Endpoint

__all__ = ["LICENSE_PATHS", "Dialect"]

# RD-01, in the order in which they are tried.
LICENSE_PATHS = ("pxbinstance", "pxbininstance", "pbxinstance")


class Dialect:
    """Readings by id, with the value that this SUT was seen to follow."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._assumed: dict[str, str] = {}

    def see(self, reading: str, value: str) -> None:
        """Keep what was found; the first finding stands."""
        self._seen.setdefault(reading, value)

    def assume(self, reading: str, value: str) -> None:
        """Go on with a value that nothing has confirmed yet."""
        self._assumed[reading] = value

    def get(self, reading: str, default: str = "") -> str:
        """What was found for a reading, else what is assumed."""
        return self._seen.get(reading) or self._assumed.get(reading, default)

    def as_dict(self) -> dict[str, str]:
        """Everything that was found, by reading."""
        return dict(sorted(self._seen.items()))

    def request_line(self, end: Endpoint) -> tuple[str, str]:
        """Method and path template with which this SUT knows an endpoint."""
        if end.family == "license":
            return end.method, f"/license/{self.get('RD-01', LICENSE_PATHS[0])}"
        if end.name == "POST /system/network/interfaces":
            return self.get("RD-02", "POST"), end.path
        return end.method, end.path

    @property
    def callcenter_tag(self) -> str:
        """The request's container of POST /cdrcallcenter (RD-04)."""
        return self.get("RD-04", "cdrcallercenter")
