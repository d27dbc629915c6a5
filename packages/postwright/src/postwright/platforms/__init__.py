"""What a network is, and one folder per network."""
