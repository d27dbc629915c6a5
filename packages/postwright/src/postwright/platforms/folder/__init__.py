"""A folder as a network: posts are files in it."""
