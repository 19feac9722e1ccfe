"""A case of a bug report tried again, by the check that found it."""
