"""The /voicemails family."""
