"""Content Posting: creator info, init of a direct post, status."""
