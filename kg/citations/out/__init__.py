"""Citations written: RIS, CSL-JSON and tables, and the annotated bibliography as a document in any citation style."""
