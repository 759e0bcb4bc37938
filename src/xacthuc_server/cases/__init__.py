"""What is wrong or unsure: each with its cause, its owner and a deadline, until somebody has settled it."""
