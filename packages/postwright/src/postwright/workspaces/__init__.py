"""Tenants, and who did what in them."""
