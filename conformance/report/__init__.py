"""What a run leaves behind: results.json, the page, the HAR."""
