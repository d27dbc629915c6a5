"""Where things are in the portal. A client_key may hold any character."""

from urllib.parse import quote


def app_address(client_key: str) -> str:
    """The page of an app."""
    return f"/_portal/app/{quote(client_key, safe='')}"
