"""The HTTP client, the record of every exchange, and the redaction of secrets."""
