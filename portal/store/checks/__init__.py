"""What `portal check` derives again from the records, by what is looked at."""
