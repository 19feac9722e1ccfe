"""The harness's own tests, mirroring the package."""
