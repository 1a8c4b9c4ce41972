"""What the desk does. Every operation is given the scope of whoever acts."""
