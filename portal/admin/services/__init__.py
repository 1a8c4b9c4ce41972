"""Services and departments as administrators see and change them."""
