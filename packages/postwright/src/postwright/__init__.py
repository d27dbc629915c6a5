"""Publishes videos to TikTok exactly once, from one's own machine."""
