"""What is written about people who sign in."""
