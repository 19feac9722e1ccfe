"""The /cdr family."""
