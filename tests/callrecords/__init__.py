"""Tests of what the checks of the call records stand on."""
