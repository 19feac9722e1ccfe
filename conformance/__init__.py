"""Conformance harness for the KalliopePBX REST API (guide of 20-05-2014, API 1.0 and 1.1)."""
