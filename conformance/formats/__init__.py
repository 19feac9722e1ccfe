"""The files that other programs read, as JSON Schemas, and the way to read them back."""
