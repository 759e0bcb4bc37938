"""The desk of a commune: what is due today, and the pages on which it is done."""
