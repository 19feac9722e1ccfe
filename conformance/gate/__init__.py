"""May this firmware be rolled out: two results files compared, requirement by requirement."""
