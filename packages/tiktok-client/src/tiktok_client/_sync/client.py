# Generated from _async/client.py by tools/unasync.py. Edit that file.
"""TikTok's official APIs, for one app and one creator."""

from types import TracebackType
from typing import Self

from tiktok_client.endpoints import Endpoints
from tiktok_client.models.oauth import AppKeys

from .display import Display
from .oauth import OAuth
from .posting import Posting
from .slots import Limiter
from .tokens import BlockingTokenFunction, BlockingTokenProvider
from .transport import Transport

__all__ = ["TikTok"]


class TikTok:
    """TikTok, spoken to as one app and on behalf of one creator. Cheap: make one per creator.

    `token` is an access token, a provider such as `RefreshingToken`, or a function that gives
    a fresh one before each call (it is not told about a 401). `app` is needed for `oauth` only. A
    `transport` that is given is shared and stays open; otherwise the client makes its own and
    closes it in `close` or at the end of `with`.

    `limiter` (none, if not said) holds calls back so that TikTok does not refuse them; `user` names
    the creator to it, for instance by the open_id. Time spent waiting for it is in no `timeout_s`.
    """

    def __init__(
        self,
        *,
        token: str | BlockingTokenProvider | BlockingTokenFunction | None = None,
        app: AppKeys | None = None,
        endpoints: Endpoints | None = None,
        transport: Transport | None = None,
        limiter: Limiter | None = None,
        user: str | None = None,
    ) -> None:
        if limiter is not None and user is None:
            raise ValueError("a limiter counts by user: give user=..., such as the open_id")
        self.endpoints: Endpoints = endpoints or Endpoints()
        self._owns_transport = transport is None
        self.transport: Transport = Transport() if transport is None else transport
        for_creator = (token, self.endpoints, self.transport, limiter, user or "")
        self.oauth: OAuth = OAuth(app, self.endpoints, self.transport)
        self.posting: Posting = Posting(*for_creator)
        self.display: Display = Display(*for_creator)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections this client made; a shared transport stays open."""
        if self._owns_transport:
            self.transport.close()
