"""Serves kept files under signed addresses that belong to one attempt, and nothing else."""
