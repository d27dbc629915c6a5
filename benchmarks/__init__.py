"""Measurements and proofs that print a table and end with one line of JSON."""
