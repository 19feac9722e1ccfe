"""A PBX that is broken or means harm: the harness survives it and says what is wrong."""
