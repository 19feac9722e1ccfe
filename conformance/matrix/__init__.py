"""Requirements against firmwares: the runs of a vendor's releases, side by side."""
