"""Where access tokens come from: a fixed one, a function, or an object that is told about a 401."""

from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

__all__ = ["TokenFunction", "TokenProvider", "current"]

TokenFunction = Callable[[], Awaitable[str]]


@runtime_checkable
class TokenProvider(Protocol):
    """Gives the token of one creator. `AsyncRefreshingToken` is one, ready-made."""

    async def get(self) -> str:
        """Return the access token to use now. Asked before each call; any number ask at once."""
        ...

    async def rejected(self, token: str, /) -> None:
        """Hear that TikTok answered 401 `access_token_invalid` to this token.

        The call is then made once more if `get` gives another token, and fails if it does not.
        """
        ...


async def current(source: str | TokenProvider | TokenFunction | None) -> str:
    """Return the token to use now. Raises ValueError if there is nowhere to get one from."""
    match source:
        case None:
            raise ValueError("calls on behalf of a creator need token=...")
        case str() as token:
            return token
        case TokenProvider():
            return await source.get()
        case function:
            return await function()
