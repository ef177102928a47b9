"""What one can do with problems and with the sessions about them."""
