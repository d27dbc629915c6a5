"""Posts of a service elsewhere."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postwright.api.publications.shown import publication_read
from postwright.api.wire.publications import Found, PublicationChange, PublicationVerdict
from postwright.cli import describe
from postwright.cli.boundary import Usage
from postwright.cli.counter import Listing, NewText
from postwright.cli.elsewhere import placing
from postwright.cli.elsewhere.accounts import named
from postwright.cli.elsewhere.rows import evidence_of
from postwright.cli.elsewhere.watching import LOOK_S, Watch, watching
from postwright.cli.gathering import Gathered
from postwright.cli.ordering import Wanted
from postwright.cli.progress import Display
from postwright.config import Settings
from postwright.connections.models import Call
from postwright.platforms.content import Kind
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.cancel import Cancelling
from postwright.publishing.creator import Unknown
from postwright.publishing.evidence import Evidence
from postwright.publishing.queries import Overview
from postwright.publishing.reconcile import NotOut, Out, Verdict, is_undecided
from postwright.publishing.schedule import Scheduled
from postwright.remote.client import Remote

_PAGE = 200


@dataclass(frozen=True, slots=True)
class PostsElsewhere:
    """Posts behind an API."""

    remote: Remote
    settings: Settings

    def watching(self, publication_id: str) -> AbstractAsyncContextManager[Watch]:
        """Watch a publication for changes: the service tells of them."""
        return watching(self.remote, publication_id)

    async def seen(self, wanted: str) -> Overview:
        """A post as it is now."""
        return publication_read(await self.remote.publication(wanted))

    async def back(self) -> None:
        """Wait a moment."""
        await asyncio.sleep(LOOK_S)

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
        return [publication_read(each) for each in found.publications], found.next

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
        return publication_read(done.publication), done.how

    async def reschedule(
        self, wanted: str, at: datetime, timezone: str | None, version: int | None
    ) -> Overview:
        """Give a post another time."""
        return await self._change(wanted, version, publish_at=at, timezone=timezone)

    async def edit(self, wanted: str, text: NewText, version: int | None) -> Overview:
        """Change the text of a post."""
        seen = await self.seen(wanted)
        if text.title is not None and seen.publication.kind.value == Kind.VIDEO.value:
            raise Usage("A video has no title.", fix="Its text is its caption: --caption TEXT")
        return await self._change(
            seen.publication.id,
            version,
            caption=text.caption,
            title=text.title,
            if_missed=text.if_missed,
        )

    async def retry(
        self, wanted: str, at: datetime | None, version: int | None
    ) -> tuple[Overview, str]:
        """Publish again what has failed."""
        failed_as = describe.reason((await self.seen(wanted)).publication)
        done = await self.remote.retry(wanted, at=at, content_version=version)
        return publication_read(done), failed_as

    async def undecided(self) -> list[Overview]:
        """Posts of which only a person can say whether they are out, the oldest first."""
        found, after = list[Overview](), None
        while True:
            page = await self.remote.publications(limit=_PAGE, after=after, undecided=True)
            # An older service does not know what is asked for, and lists all.
            read = [publication_read(each) for each in page.publications]
            found += [seen for seen in read if is_undecided(seen.publication)]
            after = page.next
            if after is None:
                break
        return sorted(found, key=lambda seen: (seen.publication.publish_at, seen.publication.id))

    async def evidence(self, wanted: str) -> tuple[Overview, Evidence]:
        """A post, and what is known of it."""
        told = await self.remote.evidence(wanted)
        return publication_read(told.publication), evidence_of(told)

    async def reconcile(self, wanted: str, verdict: Verdict, version: int | None) -> Overview:
        """End a post as a person says."""
        match verdict:
            case NotOut(again):
                said: dict[str, Any] = {"found": Found.NOT_PUBLISHED, "retry": again}
            case Out(post_id, url):
                said = {"found": Found.PUBLISHED, "post_id": post_id or None, "url": url or None}
        body = PublicationVerdict(content_version=version, **said)
        return publication_read(await self.remote.reconcile(wanted, body))

    async def calls(self, wanted: str | None, limit: int) -> Sequence[Call]:
        """The last requests to the network for a post; those of all are for who runs the service.

        The service gives a thousand at most.
        """
        if wanted is None:
            raise Usage(
                "The ledger of everything is on the service's own machine.",
                fix="Name a post: postwright ledger ID",
            )
        return evidence_of(await self.remote.evidence(wanted)).calls[-limit:]

    async def _change(self, wanted: str, version: int | None, **changes: Any) -> Overview:
        given = {name: told for name, told in changes.items() if told is not None}
        if version is not None:
            given["content_version"] = version
        change = PublicationChange(**given)
        return publication_read(await self.remote.update_publication(wanted, change))
