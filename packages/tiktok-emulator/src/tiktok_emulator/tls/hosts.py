"""The host names that TikTok's API has."""

from urllib.parse import urlsplit

WWW = "www.tiktok.com"
API = "open.tiktokapis.com"
UPLOAD = "open-upload.tiktokapis.com"
# In the documentation, or seen in upload addresses.
HOSTS = (
    WWW,
    API,
    UPLOAD,
    "open-upload-i18n.tiktokapis.com",
    "open-upload-sg.tiktokapis.com",
    "open-upload.us.tiktokapis.com",
    "upload.us.tiktokapis.com",
)
DOMAINS = ("tiktok.com", "tiktokapis.com")


def is_tiktok(host: str) -> bool:
    """Whether a host name is TikTok's, whichever of them."""
    name = host.rstrip(".").lower()
    return name in DOMAINS or name.endswith(tuple(f".{domain}" for domain in DOMAINS))


def upload_base(base_url: str) -> str:
    """Where uploads go for a client that came in this way: TikTok has a host of its own for them.

    Source: direct post page and media transfer guide, 2026-09-11.
    """
    return _at(UPLOAD, base_url)


def page_base(base_url: str) -> str:
    """Where people see profiles and videos, for a client that came in this way.

    Source: video object page, 2026.
    """
    return _at(WWW, base_url)


def _at(host: str, base_url: str) -> str:
    parts = urlsplit(base_url)
    if not is_tiktok(parts.hostname or ""):
        return base_url
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"
