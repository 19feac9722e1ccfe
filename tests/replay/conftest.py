"""The reports that the tests of bugreport make are what replay is tried on."""

from tests.bugreport.conftest import written

__all__ = ["written"]
