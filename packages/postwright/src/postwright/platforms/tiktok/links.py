"""Addresses at TikTok that people can open."""

from postwright.platforms.content import Kind

_SITE = "https://www.tiktok.com"


def profile_url(base_url: str, handle: str) -> str:
    """Where people see an account; `base_url` is the app's, empty for the real TikTok."""
    return f"{base_url or _SITE}/@{handle}"


def post_url(base_url: str, handle: str, post_id: str, kind: Kind) -> str:
    """Where people see a post; `base_url` is the app's, empty for the real TikTok."""
    return f"{profile_url(base_url, handle)}/{kind.value}/{post_id}"
