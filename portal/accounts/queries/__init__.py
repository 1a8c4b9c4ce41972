"""What is read about people who sign in."""
