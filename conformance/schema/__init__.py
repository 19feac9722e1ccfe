"""XSD schemas: where they are, and documents validated against them while they arrive."""
