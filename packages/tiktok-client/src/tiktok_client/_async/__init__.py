"""The async client. `_sync` is generated from this folder by tools/unasync.py."""
