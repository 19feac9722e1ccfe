"""Firmware profiles: which versions an emulated PBX holds and is offered."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.resources import fixtures_dir


class UnknownFirmwareError(ValueError):
    """No profile has this version; the message names those there are."""


@dataclass(frozen=True, slots=True)
class FirmwareProfile:
    """What one file of `fixtures/firmware` says.

    Attributes:
        version: The firmware in the primary slot.
        api_version: The API that it and the other versions of the profile speak.
        secondary: The firmware in the secondary slot.
        offered: The updates that the licence server offers.
        blocked: The updates that need another one before (code 22).
        key_required: Whether the model needs a licence key to operate.
    """

    version: str
    api_version: str
    secondary: str
    offered: tuple[str, ...]
    blocked: tuple[str, ...]
    key_required: bool


def available_profiles() -> list[str]:
    """Return the versions that have a profile, oldest first."""
    return sorted(path.stem for path in (fixtures_dir() / "firmware").glob("*.toml"))


def load_profile(version: str) -> FirmwareProfile:
    """Read the profile of one firmware version.

    Raises:
        UnknownFirmwareError: No profile has this version.
    """
    # Compared with the listing rather than opened by name: a version never becomes a path.
    if version not in (known := available_profiles()):
        raise UnknownFirmwareError(f"firmware {version!r} has no profile: {_listed(known)}")
    path = fixtures_dir() / "firmware" / f"{version}.toml"
    with path.open("rb") as file:
        data = tomllib.load(file)
    return FirmwareProfile(
        version=data["version"],
        api_version=data["api_version"],
        secondary=data["secondary"],
        offered=tuple(data["updates"]["offered"]),
        blocked=tuple(data["updates"]["blocked"]),
        key_required=data["license"]["key_required"],
    )


def _listed(versions: Iterable[str]) -> str:
    return "there are " + ", ".join(versions)
