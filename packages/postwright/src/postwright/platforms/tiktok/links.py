"""Addresses at TikTok that people can open."""

from postwright.platforms.content import Kind

_SITE = "https://www.tiktok.com"


def post_url(base_url: str, handle: str, post_id: str, kind: Kind) -> str:
    """Where people see a post; `base_url` is the app's, empty for the real TikTok."""
    return f"{base_url or _SITE}/@{handle}/{kind.value}/{post_id}"
