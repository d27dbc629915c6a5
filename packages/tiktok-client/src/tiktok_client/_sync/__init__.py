# Generated from _async/__init__.py by tools/unasync.py. Edit that file.
"""The sync client, made of _async by tools/unasync.py."""
