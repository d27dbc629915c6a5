"""The engine's port: lanes that are due, leases on them, and who runs what was claimed."""
