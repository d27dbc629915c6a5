"""What publishing costs, and how much of it a machine can do."""
