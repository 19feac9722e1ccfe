"""Safety classes by name and by rank."""

from __future__ import annotations

import pytest

from conformance.errors import ConfigurationError
from conformance.lab.safety import ALL_CLASSES, SafetyClass, parse_classes


def test_from_harmless_to_drastic() -> None:
    order = ["read", "config", "network", "service", "reboot", "halt"]
    assert [str(item) for item in sorted(ALL_CLASSES, key=lambda one: one.rank)] == order


def test_read_is_always_among_them() -> None:
    assert parse_classes((), "here") == {SafetyClass.READ}
    assert parse_classes((" config ", "halt"), "here") == {
        SafetyClass.READ,
        SafetyClass.CONFIG,
        SafetyClass.HALT,
    }


@pytest.mark.parametrize("word", ["", "all", "CONFIG", "read config"])
def test_an_unknown_class_names_the_known_ones(word: str) -> None:
    said = r"--allow: .* is no safety class; use some of: read, config, network, service,"
    with pytest.raises(ConfigurationError, match=said):
        parse_classes([word], "--allow")
