"""Who may log in, and who acts: the database is told in every transaction."""
