"""The emulated PBX: an ASGI application over one consistent state."""
