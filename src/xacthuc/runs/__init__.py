"""One run of the line: its order, its folders, files in, verdicts out, and what is told of it."""
