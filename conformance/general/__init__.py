"""Checks of what the guide says of every endpoint: authentication, request_id, licence, XML."""
