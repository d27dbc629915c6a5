"""The engine's port: lanes that are due, leases on them, and nudges that carry a fence."""
