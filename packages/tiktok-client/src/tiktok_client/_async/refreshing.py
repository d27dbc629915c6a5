"""An access token that stays fresh: one refresh for all who wait, saved before anyone uses it."""

import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from anyio import Lock

from tiktok_client._operations import refreshing
from tiktok_client._waiting import to_the_end
from tiktok_client.errors import OAuthError, TikTokError
from tiktok_client.models.oauth import TokenGrant

from .oauth import AsyncOAuth

__all__ = ["AsyncRefreshingToken"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AsyncRefreshingToken:
    """The token of one creator, refreshed when it is about to end or was rejected.

    Make one per creator and process, and share it: a refresh token works once. `save` is given
    each new grant and must have stored it when it returns; only then is the token used. If `save`
    raises, all who wait get its error, and the next `get` hands it the same grant again.

    `grant` was obtained at `obtained_at` (now, if not said). A refresh is made `early` before the
    end of the token's life (for short lives: a quarter of it), by the clock `now`.

    A refresh token is sent once; a second time, at once, only if the first answer was lost. When
    TikTok has refused it, or two answers were lost, every later `get` raises OAuthError without
    asking. A caller that is cancelled does not interrupt a refresh: it goes on to `save`.

    spec: oauth.token.rotation
    Source: oauth-refresh-a-user-access-token, 2026-11-02.
    """

    def __init__(
        self,
        oauth: AsyncOAuth,
        grant: TokenGrant,
        *,
        save: Callable[[TokenGrant], Awaitable[None]],
        obtained_at: datetime | None = None,
        early: timedelta = timedelta(seconds=60),
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._oauth = oauth
        self._save = save
        self._early = early
        self._now = now
        self._grant = grant
        self._refresh_at = refreshing.refresh_at(grant, obtained_at or now(), early)
        self._rejected: str | None = None
        self._unsaved: tuple[TokenGrant, datetime] | None = None
        self._lost_one = False
        self._dead: OAuthError | None = None
        self._round = 0
        self._failure: Exception | None = None
        self._one_at_a_time = Lock()
        self._state = threading.Lock()

    @property
    def grant(self) -> TokenGrant:
        """The newest grant that `save` has stored."""
        return self._grant

    async def get(self) -> str:
        """Return a token that lives, after a refresh if need be.

        Raises OAuthError (ask the person again), TransportError, ResponseError, RateLimited,
        ServerFault, and whatever `save` raises; all who wait for one refresh get the same.
        """
        with self._state:
            token, seen = self._grant.access_token, self._round
            usable = token != self._rejected and self._now() < self._refresh_at
        if usable:
            return token
        await to_the_end(lambda: self._renew(seen))
        return self._grant.access_token

    async def rejected(self, token: str, /) -> None:
        """Hear of a 401: unless this token was replaced already, the next `get` refreshes."""
        with self._state:
            if token == self._grant.access_token:
                self._rejected = token

    async def _renew(self, seen: int) -> None:
        """Refresh, unless someone else did since round `seen`: then share what came of it."""
        async with self._one_at_a_time:
            if self._round != seen:
                if self._failure is not None:
                    raise self._failure
                return
            self._failure = None
            try:
                await self._replace()
            except Exception as error:
                self._failure = error
                raise
            finally:
                with self._state:
                    self._round += 1

    async def _replace(self) -> None:
        if self._unsaved is None:
            self._unsaved = await self._ask(), self._now()
        grant, obtained_at = self._unsaved
        await self._save(grant)
        with self._state:
            self._grant, self._unsaved, self._rejected = grant, None, None
            self._lost_one = False
            self._refresh_at = refreshing.refresh_at(grant, obtained_at, self._early)

    async def _ask(self) -> TokenGrant:
        while self._dead is None:
            try:
                return await self._oauth.refresh(refresh_token=self._grant.refresh_token)
            except OAuthError as error:
                if self._lost_one:
                    error.add_note(refreshing.LOST_BEFORE)
                if refreshing.is_refused(error):
                    self._dead = error
                raise
            except TikTokError as error:
                if not refreshing.is_answer_lost(error):
                    raise
                if self._lost_one:
                    self._dead = refreshing.lost_twice()
                    raise
                self._lost_one = True
        raise self._dead
