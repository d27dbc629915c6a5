"""A client of our own REST API: what the command line uses against a service elsewhere."""
