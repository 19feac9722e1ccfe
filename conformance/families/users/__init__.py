"""The /users family."""
