"""What managers decide, written down."""
