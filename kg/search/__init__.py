"""The search index: derived from the store, rebuilt at will, and the only place that counts facets."""
