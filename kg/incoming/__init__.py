"""What comes in as records: Turtle, JSON-LD, tables of one kind, DCAT catalogues; read piece by piece, held beside the base."""
