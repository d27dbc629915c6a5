"""Which callback address an app may register for webhooks."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def callback_problem(url: str) -> str | None:
    """Why this address cannot be registered, or None.

    TikTok takes https only. Plain http is let through for the loopback interface, as that is
    where an app in development listens.

    Source: webhooks overview page, 2026; http on loopback is the emulator's own.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if not host or parts.username is not None:
        return "must be absolute, with a host and without a user"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return None
    return "must be https (http is for localhost, 127.0.0.1 and [::1] only)"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
