"""What the managers' pages read."""
