"""Posts of a service elsewhere."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postwright.api.wire.posts import PostChange
from postwright.cli import describe
from postwright.cli.boundary import Usage
from postwright.cli.counter import Listing, NewText
from postwright.cli.elsewhere import placing
from postwright.cli.elsewhere.accounts import named
from postwright.cli.elsewhere.rows import overview_of
from postwright.cli.gathering import Gathered
from postwright.cli.ordering import Wanted
from postwright.cli.progress import Display
from postwright.config import Settings
from postwright.platforms.content import Kind
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.cancel import Cancelling
from postwright.publishing.creator import Unknown
from postwright.publishing.queries import Overview
from postwright.publishing.schedule import Scheduled
from postwright.remote.client import Remote


@dataclass(frozen=True, slots=True)
class PostsElsewhere:
    """Posts behind an API."""

    remote: Remote
    settings: Settings
    # A key may ask ten times a second; whoever follows a post leaves most of that to others.
    look_s: float = 1.0

    async def seen(self, wanted: str) -> Overview:
        """A post as it is now."""
        return overview_of(await self.remote.publication(wanted))

    async def back(self) -> None:
        """Wait a moment."""
        await asyncio.sleep(self.look_s)

    async def listed(self, listing: Listing) -> tuple[list[Overview], str | None]:
        """Posts, newest first."""
        account = listing.account
        found = await self.remote.publications(
            limit=listing.limit,
            after=listing.after,
            state=listing.state,
            account_id=None if account is None else (await named(self.remote, account)).id,
            since=listing.since,
            until=listing.until,
        )
        return [overview_of(each) for each in found.publications], found.next

    async def limits(self, account: str) -> CreatorLimits | Unknown:
        """What TikTok allows a creator."""
        found = await named(self.remote, account)
        return await placing.limits_of(self.remote, found.id)

    async def place(self, gathered: Gathered, wanted: Wanted, show: Display) -> Scheduled:
        """Check all of it, send the files, have the post made."""
        return await placing.place(self.remote, self.settings, gathered, wanted, show)

    async def is_worked(self) -> bool:
        """Nobody here can tell whether a worker runs there."""
        return True

    async def cancel(self, wanted: str, version: int | None) -> tuple[Overview, Cancelling]:
        """Cancel a post."""
        done = await self.remote.cancel(wanted, content_version=version)
        return overview_of(done.publication), done.how

    async def reschedule(
        self, wanted: str, at: datetime, timezone: str | None, version: int | None
    ) -> Overview:
        """Give a post another time; all of it, where it goes to several accounts."""
        changes = {"scheduled_for": at.isoformat(), "timezone": timezone}
        return await self._change(await self.seen(wanted), changes, version)

    async def edit(self, wanted: str, text: NewText, version: int | None) -> Overview:
        """Change the text of a post; all of it, where it goes to several accounts."""
        seen = await self.seen(wanted)
        if text.title is not None and seen.publication.kind.value == Kind.VIDEO.value:
            raise Usage("A video has no title.", fix="Its text is its caption: --caption TEXT")
        changes = {"content": text.caption, "title": text.title, "if_missed": text.if_missed}
        return await self._change(seen, changes, version)

    async def retry(
        self, wanted: str, at: datetime | None, version: int | None
    ) -> tuple[Overview, str]:
        """Publish again what has failed."""
        failed_as = describe.reason((await self.seen(wanted)).publication)
        done = await self.remote.retry(wanted, at=at, content_version=version)
        return overview_of(done), failed_as

    async def _change(
        self, seen: Overview, changes: dict[str, Any], version: int | None
    ) -> Overview:
        given = {name: told for name, told in changes.items() if told is not None}
        if version is not None:
            given["content_version"] = version
        await self.remote.update_post(seen.post.id, PostChange(**given))
        return await self.seen(seen.publication.id)
