"""What is refused of a file that is sent in: a limit on everything, each with its reason."""

from __future__ import annotations

FILE_BYTES = 1 << 30  # a million rows are 200 MB of csv; what is larger comes from a system, in parts
NAME_BYTES = 200  # file systems end at 255, and what is made of the file has a longer name
NAME_LETTERS = 200  # as the table has it
ATTEMPTS = 4  # a file during which the reader dies so often is refused
FINDINGS = 200_000  # kept of one file, the gravest first: nobody looks through more; all are counted
SHOWN_ROWS = 50_000  # a file with more is not mended cell by cell: its rows are not kept as they were written
