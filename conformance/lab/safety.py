"""Safety classes: what a test may do to the SUT (contract.md)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ALL_CLASSES", "SafetyClass", "parse_classes"]


class SafetyClass(StrEnum):
    """From harmless to drastic; the order is that in which checks run."""

    READ = "read"
    CONFIG = "config"
    NETWORK = "network"
    SERVICE = "service"
    REBOOT = "reboot"
    HALT = "halt"

    @property
    def rank(self) -> int:
        """Position from harmless (0) to drastic."""
        return list(SafetyClass).index(self)


ALL_CLASSES = frozenset(SafetyClass)


def parse_classes(words: Iterable[str], where: str) -> frozenset[SafetyClass]:
    """Safety classes from their names; `read` is always among them.

    Raises:
        ConfigurationError: a name is not a safety class; `where` says who gave it.
    """
    found = {SafetyClass.READ}
    for word in words:
        try:
            found.add(SafetyClass(word.strip()))
        except ValueError:
            known = ", ".join(SafetyClass)
            raise ConfigurationError(
                f"{where}: {word!r} is no safety class; use some of: {known}"
            ) from None
    return frozenset(found)
