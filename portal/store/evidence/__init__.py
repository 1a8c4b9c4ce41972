"""What counts as evidence, in SQL: read by whoever judges it and by whoever shows its records."""
