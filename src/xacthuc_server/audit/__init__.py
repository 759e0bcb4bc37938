"""What was done: every write and every read of a person, append-only, sealed into a chain."""
