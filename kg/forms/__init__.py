"""Forms drawn from the shapes: what is asked, how answers become statements and back, and what a change says in words."""
