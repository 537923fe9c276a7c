"""Citations: BibTeX and BibLaTeX in and out, names, LaTeX, and references as RDF."""
