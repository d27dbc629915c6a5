"""PULL_FROM_URL: whose addresses an app may name, and fetching what lies there."""
