"""The pool of connections: through a proxy or not."""

import ssl
from urllib.parse import unquote, urlsplit

import httpcore2

from tiktok_client._network.waiting import Backend

__all__ = ["open_pool"]

KEEPALIVE_S = 15.0


def open_pool(
    *, tls: ssl.SSLContext, proxy: str | None, max_connections: int
) -> httpcore2.AsyncConnectionPool:
    """Make an empty pool. Raises ValueError for a proxy that is not an http or https address."""
    backend = Backend()
    if proxy is None:
        return httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=KEEPALIVE_S,
            network_backend=backend,
        )
    parts = urlsplit(proxy)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("a proxy is an address like http://user:password@host:3128")
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return httpcore2.AsyncHTTPProxy(
        proxy_url=f"{parts.scheme}://{host}{port}",
        proxy_auth=auth,
        ssl_context=tls,
        proxy_ssl_context=tls if parts.scheme == "https" else None,
        max_connections=max_connections,
        max_keepalive_connections=max_connections,
        keepalive_expiry=KEEPALIVE_S,
        network_backend=backend,
    )
