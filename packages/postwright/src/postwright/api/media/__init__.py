"""Files over the API: uploads, imports from addresses, what is kept."""
