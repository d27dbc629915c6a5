"""Media files: look into them, keep them, and say what is wrong with them."""
