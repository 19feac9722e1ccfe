"""The /license family."""
