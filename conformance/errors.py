"""Whose fault it was: every error the harness raises says so by its type.

    KpbxError
    ├── ConfigurationError       the caller's: arguments, target file, environment   exit 2
    ├── LabError                 the lab's: a hook failed or can't do a condition
    ├── SutError                 no verdict is possible
    │   ├── SutUnreachable       nothing answers at the address                      exit 3
    │   └── CredentialsRefused   the SUT answers 401 to the run's credentials        exit 3
    └── HarnessError             ours                                                exit 4
        ├── CatalogueError       the guide's data contradict themselves
        ├── SchemaStoreError     a schema is missing or broken
        └── SafetyViolation      a check tried what was not allowed

What the PBX does wrong is not an error of the harness: it is a verdict (see `conformance.verdict`).
"""

from __future__ import annotations

__all__ = [
    "CatalogueError",
    "ConfigurationError",
    "CredentialsRefused",
    "HarnessError",
    "KpbxError",
    "LabError",
    "SafetyViolation",
    "SchemaStoreError",
    "SutError",
    "SutUnreachable",
]


class KpbxError(Exception):
    """The root of all errors of the harness; `exit_status` is what a command ends with."""

    exit_status = 4


class ConfigurationError(KpbxError):
    """What the user gave can't be used; the message names file, field and remedy."""

    exit_status = 2


class LabError(KpbxError):
    """The lab could not bring about a condition: never the PBX's fault."""


class SutError(KpbxError):
    """The SUT can't be judged at all."""

    exit_status = 3


class SutUnreachable(SutError):
    """Nothing that speaks HTTP answers at the SUT's address."""


class CredentialsRefused(SutError):
    """The SUT refuses the user name and password of this run."""


class HarnessError(KpbxError):
    """A mistake of the harness itself."""


class CatalogueError(HarnessError):
    """The guide's data are incomplete or contradict themselves."""


class SchemaStoreError(HarnessError):
    """A message's schema is missing or can't be compiled."""


class SafetyViolation(HarnessError):
    """A check tried to send what the run's safety classes do not allow."""
