"""Conformance harness for the KalliopePBX REST API (guide of 20-05-2014, API 1.0 and 1.1)."""

__version__: str


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: it takes time, and most commands never ask."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("kpbx-conformance")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0"
