"""Posts: made, found, changed and told over the API."""
