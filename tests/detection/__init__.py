"""Tests of conformance/detection, and of what is seeded."""
