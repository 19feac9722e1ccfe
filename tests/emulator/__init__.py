"""Tests of the emulated PBX."""
