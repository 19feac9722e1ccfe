"""Tests of what is seeded, and of how it is counted."""
