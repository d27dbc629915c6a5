"""A service elsewhere, as commands ask it: over its API."""
