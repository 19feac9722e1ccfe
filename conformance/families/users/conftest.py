"""What every check of /users starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.objects import Extensions

if TYPE_CHECKING:
    from conformance.check import Check


@pytest.fixture
def extensions(check: Check) -> Extensions:
    """Extensions of the check's own."""
    return Extensions(check)
