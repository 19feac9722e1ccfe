"""The /system family."""
