"""Conformance harness for the KalliopePBX REST API (guide of 20-05-2014, API 1.0 and 1.1)."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("kpbx-conformance")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0"
