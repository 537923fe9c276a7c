"""From evidence to argument: matrices, gaps, plans and reports, worked out from the rows of named questions."""
