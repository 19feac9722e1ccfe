"""Reports for a PBX's vendor: one for each cause, with all that is needed to see it again."""
