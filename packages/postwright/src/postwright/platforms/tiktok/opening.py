"""Opens TikTok for the apps that are registered there."""

from postwright.platforms.base import Registered
from postwright.platforms.tiktok.network import TikTokNetwork
from postwright.platforms.tiktok.pool import transport
from tiktok_client import AppKeys


class TikTokOpener:
    """Holds the pool of connections that all accounts share.

    Args:
        proxy: through which TikTok is spoken to; empty for none.
        min_duration_s: shortest length of a video.

    Raises:
        ValueError: the proxy is no address.
    """

    def __init__(self, *, proxy: str, min_duration_s: float) -> None:
        self._pool = transport(proxy=proxy)
        self._min_duration_s = min_duration_s

    def open(self, app: Registered) -> TikTokNetwork:
        """TikTok with this app."""
        return TikTokNetwork(
            AppKeys(app.client_key, app.client_secret),
            "web" if app.kind == "web" else "desktop",
            self._pool,
            base_url=app.base_url,
            min_duration_s=self._min_duration_s,
            audited=app.audited,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()
