"""One room per family of endpoints: its data, its emulated routes, its checks."""
