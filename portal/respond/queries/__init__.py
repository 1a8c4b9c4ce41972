"""What the desk reads. Every query is given the scope of whoever asks."""
