"""Call records as checks see them: asked for, read, and compared with what a filter selects."""
