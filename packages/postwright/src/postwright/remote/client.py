"""What can be asked of a service elsewhere: each operation of its API, typed by the API's shapes.

A call raises `Refused` if the service does not do it, `Unreachable` if there is none, and
`AnswerLost` if nobody knows what it did; see `transport`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from postwright.api.wire.accounts import AccountAnswer, AccountGone, AccountList, AccountOut
from postwright.api.wire.api_keys import KeyAnswer, KeyList, KeyMade, KeyNew, KeyOut, Verified
from postwright.api.wire.connect import ConnectUrl
from postwright.api.wire.creator import CreatorInfo
from postwright.api.wire.forecast import Forecast
from postwright.api.wire.health import AccountHealth, AccountHealthList
from postwright.api.wire.media import MediaAnswer, MediaList, MediaOut, UploadNew, UploadOut
from postwright.api.wire.pauses import PauseBegun, PauseEnded, PauseList, PauseNew, PauseOf
from postwright.api.wire.posts import PostChange, PostNew
from postwright.api.wire.posts_shown import PostAnswer, PostDone, PostList, PostLogs, PostOut
from postwright.api.wire.profiles import Message, ProfileList
from postwright.api.wire.publications import (
    PublicationAnswer,
    PublicationCancelled,
    PublicationChange,
    PublicationEvidence,
    PublicationList,
    PublicationOut,
    PublicationRetry,
    PublicationVerdict,
    PublicationVersion,
)
from postwright.api.wire.usage import Usage
from postwright.api.wire.validate import PostVerdict
from postwright.platforms.purpose import Purpose
from postwright.publishing.states import State
from postwright.remote.address import Address
from postwright.remote.events import Happened, read_events
from postwright.remote.transport import Content, Progress, Transport, opened

_PIECE = 256 * 1024
_PAGE = 100
_UPLOADS = "/v1/media/uploads/"


@dataclass(frozen=True, slots=True)
class Remote:
    """A service elsewhere, through one API key."""

    transport: Transport

    @property
    def base(self) -> str:
        """Its address."""
        return self.transport.address.base

    # --- posts ---

    async def create_post(self, wanted: PostNew) -> PostDone:
        """Make a post. Asked again by itself where an answer was lost, and made once."""
        return await self.transport.ask(PostDone, "POST", "/posts", body=wanted)

    async def posts(self, *, page: int = 1, limit: int = 10, **filters: str) -> PostList:
        """A page of posts; `filters` have the names of the API's, such as `status`."""
        query = {"page": page, "limit": limit, **filters}
        return await self.transport.ask(PostList, "GET", "/posts", query=query)

    async def post(self, post_id: str) -> PostOut:
        """One post."""
        return (await self.transport.ask(PostAnswer, "GET", f"/posts/{_id(post_id)}")).post

    async def update_post(self, post_id: str, wanted: PostChange) -> PostDone:
        """Change what was set of a post; the rest stays."""
        return await self.transport.ask(PostDone, "PUT", f"/posts/{_id(post_id)}", body=wanted)

    async def delete_post(self, post_id: str) -> str:
        """Cancel a post and take it off the lists; what was done."""
        return (await self.transport.ask(Message, "DELETE", f"/posts/{_id(post_id)}")).message

    async def retry_post(self, post_id: str) -> PostDone:
        """Publish again what has failed of a post."""
        return await self.transport.ask(PostDone, "POST", f"/posts/{_id(post_id)}/retry")

    async def post_logs(self, post_id: str, *, limit: int = 100) -> PostLogs:
        """What was done about a post."""
        path = f"/posts/{_id(post_id)}/logs"
        return await self.transport.ask(PostLogs, "GET", path, query={"limit": limit})

    async def validate_post(self, wanted: PostNew) -> PostVerdict:
        """What would be said of a post; nothing is stored."""
        return await self.transport.ask(PostVerdict, "POST", "/tools/validate/post", body=wanted)

    # --- publications ---

    async def publications(
        self,
        *,
        limit: int = 20,
        after: str | None = None,
        state: State | None = None,
        account_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        undecided: bool = False,
    ) -> PublicationList:
        """Publications, the newest first; `undecided` are those that a person has to look at."""
        query = {
            "limit": limit,
            "after": after,
            "state": state,
            "accountId": account_id,
            "since": None if since is None else since.isoformat(),
            "until": None if until is None else until.isoformat(),
            "undecided": "true" if undecided else None,
        }
        return await self.transport.ask(PublicationList, "GET", "/publications", query=query)

    async def publication(self, wanted: str) -> PublicationOut:
        """One publication, by its id, its post's, or the caller's own key."""
        path = f"/publications/{_id(wanted)}"
        return (await self.transport.ask(PublicationAnswer, "GET", path)).publication

    async def update_publication(self, wanted: str, change: PublicationChange) -> PublicationOut:
        """Change what was set of a publication; the rest stays."""
        path = f"/publications/{_id(wanted)}"
        return (await self.transport.ask(PublicationAnswer, "PATCH", path, body=change)).publication

    async def evidence(self, wanted: str) -> PublicationEvidence:
        """What is known of a publication."""
        path = f"/publications/{_id(wanted)}/evidence"
        return await self.transport.ask(PublicationEvidence, "GET", path)

    async def reconcile(self, wanted: str, verdict: PublicationVerdict) -> PublicationOut:
        """Say whether a publication is out, where nobody could prove it."""
        path = f"/publications/{_id(wanted)}/reconcile"
        return (await self.transport.ask(PublicationAnswer, "POST", path, body=verdict)).publication

    async def cancel(self, wanted: str, *, content_version: int | None) -> PublicationCancelled:
        """Cancel a publication, as far as it can be."""
        path, body = f"/publications/{_id(wanted)}/cancel", PublicationVersion()
        if content_version is not None:
            body = PublicationVersion(content_version=content_version)
        return await self.transport.ask(PublicationCancelled, "POST", path, body=body)

    async def retry(
        self, wanted: str, *, at: datetime | None, content_version: int | None
    ) -> PublicationOut:
        """Publish again what has failed, at a time or now."""
        path = f"/publications/{_id(wanted)}/retry"
        body = PublicationRetry(publish_at=at, content_version=content_version)
        return (await self.transport.ask(PublicationAnswer, "POST", path, body=body)).publication

    # --- what goes out when ---

    async def pauses(self) -> PauseList:
        """What is paused."""
        return await self.transport.ask(PauseList, "GET", "/pauses")

    async def pause(self, account_id: str | None, reason: str) -> PauseBegun:
        """Start nothing new: of an account, or of the workspace."""
        body = PauseNew(account_id=account_id, reason=reason)
        return await self.transport.ask(PauseBegun, "POST", "/pauses", body=body)

    async def end_pause(self, account_id: str | None) -> PauseEnded:
        """End a pause: of an account, or of the workspace."""
        body = PauseOf(account_id=account_id)
        return await self.transport.ask(PauseEnded, "POST", "/pauses/end", body=body)

    async def forecast(self, account_id: str | None, *, limit: int) -> Forecast:
        """When what waits goes out: of an account, or of all."""
        query = {"accountId": account_id, "limit": limit}
        return await self.transport.ask(Forecast, "GET", "/forecast", query=query)

    # --- media ---

    async def upload(
        self, path: Path, content_type: str, on_progress: Progress | None = None
    ) -> MediaOut:
        """Send a file, read from disk as it goes; what became of it.

        Args:
            path: the file.
            content_type: what it is declared as.
            on_progress: told how many bytes were sent; from 0 again when it is begun anew.

        Raises:
            OSError: it cannot be read.
        """
        size_bytes = (await asyncio.to_thread(path.stat)).st_size
        wanted = UploadNew(filename=path.name, content_type=content_type, size=size_bytes)
        place = await self.transport.ask(UploadOut, "POST", "/media/presign", body=wanted)
        content = Content(size_bytes, content_type, lambda: _pieces(path))
        url = self._ours(place.upload_url)
        answer = await self.transport.put(MediaAnswer, url, content, on_progress)
        return answer.media

    def _ours(self, url: str) -> str:
        """An address that the service gave, by the way that leads there from here.

        Behind a proxy or a tunnel it may know itself by another name, or as http.
        """
        _, found, rest = url.partition(_UPLOADS)
        return f"{self.base}{_UPLOADS}{rest}" if found else url

    async def media(self, *, limit: int) -> list[MediaOut]:
        """The newest files, so many of them."""
        found = list[MediaOut]()
        cursor: str | None = None
        while len(found) < limit:
            query = {"limit": min(_PAGE, limit - len(found)), "cursor": cursor}
            page = await self.transport.ask(MediaList, "GET", "/media", query=query)
            found += page.media
            cursor = page.pagination.next_cursor
            if cursor is None:
                break
        return found

    async def media_file(self, media_id: str) -> MediaOut:
        """One file."""
        return (await self.transport.ask(MediaAnswer, "GET", f"/media/{_id(media_id)}")).media

    async def delete_media(self, media_id: str) -> str:
        """Remove a file that nothing needs; what was done."""
        return (await self.transport.ask(Message, "DELETE", f"/media/{_id(media_id)}")).message

    # --- accounts ---

    async def accounts(self) -> list[AccountOut]:
        """The connected accounts, by username."""
        return (await self.transport.ask(AccountList, "GET", "/accounts")).accounts

    async def account(self, account_id: str) -> AccountOut:
        """One account."""
        path = f"/accounts/{_id(account_id)}"
        return (await self.transport.ask(AccountAnswer, "GET", path)).account

    async def accounts_health(self) -> AccountHealthList:
        """How the accounts stand."""
        return await self.transport.ask(AccountHealthList, "GET", "/accounts/health")

    async def account_health(self, account_id: str) -> AccountHealth:
        """How an account stands, and what mends it."""
        path = f"/accounts/{_id(account_id)}/health"
        return await self.transport.ask(AccountHealth, "GET", path)

    async def creator_info(self, account_id: str) -> CreatorInfo:
        """What TikTok lets a creator choose now."""
        path = f"/accounts/{_id(account_id)}/tiktok/creator-info"
        return await self.transport.ask(CreatorInfo, "GET", path)

    async def delete_account(self, account_id: str, *, cancel_posts: bool) -> AccountGone:
        """Disconnect an account."""
        query = {"cancelPosts": "true" if cancel_posts else None}
        path = f"/accounts/{_id(account_id)}"
        return await self.transport.ask(AccountGone, "DELETE", path, query=query)

    async def connect_url(
        self,
        purposes: frozenset[Purpose],
        *,
        redirect_url: str,
        reconnect_account_id: str | None = None,
    ) -> ConnectUrl:
        """Where a TikTok account's owner gives their consent; the browser ends at `redirect_url`.

        That keeps its query, and is told `accountId` and `username`, or `error` and
        `error_description`.
        """
        query = {
            "purposes": sorted(purposes) or None,
            "redirectUrl": redirect_url,
            "reconnectAccountId": reconnect_account_id,
        }
        return await self.transport.ask(ConnectUrl, "GET", "/connect/tiktok", query=query)

    # --- the workspace ---

    async def profiles(self) -> ProfileList:
        """The profiles, the default one first."""
        return await self.transport.ask(ProfileList, "GET", "/profiles")

    async def api_keys(self) -> list[KeyOut]:
        """The API keys that are not revoked."""
        return (await self.transport.ask(KeyList, "GET", "/api-keys")).api_keys

    async def create_api_key(self, wanted: KeyNew) -> KeyMade:
        """Make an API key; its text is in this answer only."""
        return (await self.transport.ask(KeyAnswer, "POST", "/api-keys", body=wanted)).api_key

    async def revoke_api_key(self, key_id: str) -> str:
        """End an API key; what was done."""
        return (await self.transport.ask(Message, "DELETE", f"/api-keys/{_id(key_id)}")).message

    async def verify(self) -> Verified:
        """What the key is, and may do."""
        return await self.transport.ask(Verified, "GET", "/auth/verify")

    async def usage(self) -> Usage:
        """What the workspace uses."""
        return await self.transport.ask(Usage, "GET", "/usage")

    async def events(self, *, after: str | None = None) -> AsyncGenerator[Happened]:
        """What changes, from an event's id on; the first one says where it begins.

        Goes on until it is closed, or the connection breaks.
        """
        async with (
            self.transport.stream("/events", after) as lines,
            aclosing(read_events(lines)) as events,
        ):
            async for event in events:
                yield event


@asynccontextmanager
async def connected(url: str, key: SecretStr, *, allows_http: bool) -> AsyncGenerator[Remote]:
    """A service elsewhere. Nothing is asked before the first call.

    Raises:
        BadAddress, InClear: the address cannot be used.
    """
    async with opened(Address.parse(url, allows_http=allows_http), key) as transport:
        yield Remote(transport)


def _id(text: str) -> str:
    """An id as a part of a path, whatever somebody has typed."""
    return quote(text, safe="") if text.strip(".") else quote(f"{text}!", safe="")


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        file.close()


def facts_of(info: CreatorInfo) -> dict[str, Any]:
    """What a creator may do, as the rules of TikTok read it."""
    found: dict[str, Any] = {
        "privacy_options": [level.value for level in info.privacy_levels],
        "max_duration_s": info.posting_limits.max_video_duration_sec,
    }
    switches = info.posting_limits.interaction_settings
    if switches is not None:
        found["comment_disabled"] = not switches.comment.available
        found["duet_disabled"] = switches.duet is not None and not switches.duet.available
        found["stitch_disabled"] = switches.stitch is not None and not switches.stitch.available
    return found
