"""TikTok, as publishing sees it."""
