"""Open Urban: a knowledge graph and annotated bibliography of open data policy for cities."""

__version__ = "0.1.0"
