"""The /click2call family."""
