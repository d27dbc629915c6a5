# Generated from _async/calls.py by tools/unasync.py. Edit that file.
"""Calls on behalf of one creator: with a token, within the limits, over a 401."""

from collections.abc import Callable
from typing import TypeVar

from tiktok_client._operations.wire import Request, Response
from tiktok_client.endpoints import Endpoints
from tiktok_client.errors import TokenInvalid

from .slots import Limiter, paced
from .tokens import BlockingTokenFunction, BlockingTokenProvider, current
from .transport import Transport

__all__ = ["Calls"]

T = TypeVar("T")


class Calls:
    """What every family of the API that speaks for a creator has in common."""

    def __init__(
        self,
        token: str | BlockingTokenProvider | BlockingTokenFunction | None,
        endpoints: Endpoints,
        transport: Transport,
        limiter: Limiter | None = None,
        user: str = "",
    ) -> None:
        self._tokens = token
        self._endpoints = endpoints
        self._transport = transport
        self._limiter = limiter
        self._user = user

    def _call(
        self,
        build: Callable[[str], Request],
        read: Callable[[Response], T],
        timeout_s: float | None,
    ) -> T:
        """Make a call; after a 401, which did nothing, once more if the provider has a new token.

        spec: error.access_token_invalid
        """
        token = current(self._tokens)
        try:
            return self._once(build(token), read, timeout_s)
        except TokenInvalid:
            if not isinstance(self._tokens, BlockingTokenProvider):
                raise
            self._tokens.rejected(token)
            fresh = self._tokens.get()
            if fresh == token:
                raise
        try:
            return self._once(build(fresh), read, timeout_s)
        except TokenInvalid:
            self._tokens.rejected(fresh)
            raise

    def _once(self, request: Request, read: Callable[[Response], T], timeout_s: float | None) -> T:
        if self._limiter is None:
            return self._transport.call(request, read, timeout_s=timeout_s)
        return paced(self._limiter, self._user, self._transport, request, read, timeout_s=timeout_s)
