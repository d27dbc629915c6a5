"""Posts account by account: `/v1/publications`."""
