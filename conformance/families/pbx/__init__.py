"""The /pbx family."""
