"""TikTok's official APIs, for one app and one creator."""

from types import TracebackType
from typing import Self

from tiktok_client.endpoints import Endpoints
from tiktok_client.models.oauth import AppKeys

from .display import AsyncDisplay
from .oauth import AsyncOAuth
from .posting import AsyncPosting
from .slots import AsyncLimiter
from .tokens import TokenFunction, TokenProvider
from .transport import AsyncTransport

__all__ = ["AsyncTikTok"]


class AsyncTikTok:
    """TikTok, spoken to as one app and on behalf of one creator. Cheap: make one per creator.

    `token` is an access token, a provider such as `AsyncRefreshingToken`, or a function that gives
    a fresh one before each call (it is not told about a 401). `app` is needed for `oauth` only. A
    `transport` that is given is shared and stays open; otherwise the client makes its own and
    closes it in `aclose` or at the end of `async with`.

    `limiter` (none, if not said) holds calls back so that TikTok does not refuse them; `user` names
    the creator to it, for instance by the open_id. Time spent waiting for it is in no `timeout_s`.
    """

    def __init__(
        self,
        *,
        token: str | TokenProvider | TokenFunction | None = None,
        app: AppKeys | None = None,
        endpoints: Endpoints | None = None,
        transport: AsyncTransport | None = None,
        limiter: AsyncLimiter | None = None,
        user: str | None = None,
    ) -> None:
        if limiter is not None and user is None:
            raise ValueError("a limiter counts by user: give user=..., such as the open_id")
        self.endpoints: Endpoints = endpoints or Endpoints()
        self._owns_transport = transport is None
        self.transport: AsyncTransport = AsyncTransport() if transport is None else transport
        for_creator = (token, self.endpoints, self.transport, limiter, user or "")
        self.oauth: AsyncOAuth = AsyncOAuth(app, self.endpoints, self.transport)
        self.posting: AsyncPosting = AsyncPosting(*for_creator)
        self.display: AsyncDisplay = AsyncDisplay(*for_creator)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections this client made; a shared transport stays open."""
        if self._owns_transport:
            await self.transport.aclose()
