"""Lists as they are sent in: every row is accounted for, and every finding stays at its cell."""
