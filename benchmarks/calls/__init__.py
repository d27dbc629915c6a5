"""Small calls against the HTTP library alone: `make bench NAME=calls`.

Both ask for a creator's info over one kept connection and parse the answer, in turn, in one
process.
"""
