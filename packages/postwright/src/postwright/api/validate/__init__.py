"""Rules over the API: what would be refused, before anything is made."""
