"""What the API costs, beside what the same work costs without it."""
