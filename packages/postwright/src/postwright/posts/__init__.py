"""Content: what is to be published, before it meets an account."""
