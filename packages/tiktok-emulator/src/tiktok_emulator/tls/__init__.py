"""TikTok's own host names on localhost: certificates of an own authority, and the way there."""
