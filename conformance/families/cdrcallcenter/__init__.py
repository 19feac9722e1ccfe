"""The /cdrcallcenter family."""
