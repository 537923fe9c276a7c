"""Pictures of a search: map, timeline, evidence and the links around a record, each with its numbers as a table and as CSV."""
