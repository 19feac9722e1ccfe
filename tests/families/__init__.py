"""Tests of what the families' checks are made of."""
