"""Mend media files: plan what has to change, change it in a process of its own, keep the result."""
