"""Where the schemas and the fixtures are, in a checkout and in an installed package alike."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def fixtures_dir() -> Path:
    """Return the folder of the fixtures: the packaged one if it exists, else the checkout's."""
    return _data("fixtures")


def xsd_dir() -> Path:
    """Return the folder of the schemas: the packaged one if it exists, else the checkout's."""
    return _data("xsd")


def _data(name: str) -> Path:
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name
