"""People as organisations stated them, and the doses of record: two verdicts with two owners."""
