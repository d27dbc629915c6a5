"""This machine's own service, as commands ask it: straight at the database."""
