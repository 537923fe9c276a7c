"""The private side: the journal of changes, in SQLite, never in the triple store."""
