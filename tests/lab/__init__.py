"""Tests of conformance.lab."""
