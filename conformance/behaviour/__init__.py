"""Sequences of requests, held against a model of what a PBX should have become.

The model knows no wire, what reads and writes knows no model, and no family is named: everything
stands on the guide's endpoints and on the catalogue's requirements.
"""
