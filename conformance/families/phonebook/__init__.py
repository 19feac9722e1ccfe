"""The /phonebook family."""
