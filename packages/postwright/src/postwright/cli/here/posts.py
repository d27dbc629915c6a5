"""Posts of this machine's own service."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.cli import beforehand, describe, gathering, preflight
from postwright.cli.boundary import Usage
from postwright.cli.counter import Listing, NewText
from postwright.cli.gathering import Gathered
from postwright.cli.limits import creator_limits
from postwright.cli.opening import Desk, bring_back
from postwright.cli.ordering import ACTOR, Wanted, order
from postwright.cli.progress import Display
from postwright.connections.models import Call
from postwright.connections.queries import connection_by_handle
from postwright.jobs.workers import workers_alive
from postwright.media.models import MediaFile
from postwright.media.probe import read_probe
from postwright.media.queries import media_file
from postwright.platforms.content import Kind
from postwright.platforms.tiktok.settings import CreatorLimits, read_settings
from postwright.publishing import queries
from postwright.publishing.cancel import Cancelling, cancel
from postwright.publishing.creator import Unknown
from postwright.publishing.edit import Changes, edit
from postwright.publishing.evidence import Evidence, evidence, undecided
from postwright.publishing.queries import Overview
from postwright.publishing.reconcile import Verdict, reconcile
from postwright.publishing.retry import retry
from postwright.publishing.schedule import Scheduled

T = TypeVar("T")

_LOOK_S = 0.25


class _Often:
    """Looks at short intervals: the database is near."""

    async def changed(self, *, is_moving: bool) -> None:  # noqa: ARG002  # it looks often anyway
        """Wait a moment."""
        await asyncio.sleep(_LOOK_S)


@dataclass(frozen=True, slots=True)
class PostsHere:
    """Posts in this machine's database."""

    desk: Desk

    @asynccontextmanager
    async def watching(self, publication_id: str) -> AsyncGenerator[_Often]:  # noqa: ARG002  # all alike
        """Watch a publication for changes."""
        yield _Often()

    async def seen(self, wanted: str) -> Overview:
        """A post as it is now."""
        async with self.desk.database.transaction() as session:
            return await queries.overview(session, self.desk.workspace_id, wanted)

    async def back(self) -> None:
        """Start the embedded server again if it has gone; wait a moment in any case."""
        await bring_back(self.desk.settings)

    async def listed(self, listing: Listing) -> tuple[list[Overview], str | None]:
        """Posts, newest first."""
        async with self.desk.database.transaction() as session:
            wanted = queries.Wanted(
                state=listing.state,
                connection_id=await self._account(session, listing.account),
                since=listing.since,
                until=listing.until,
            )
            # One more than is shown tells whether there are more.
            found = await queries.recent(
                session,
                self.desk.workspace_id,
                limit=listing.limit + 1,
                after=listing.after,
                wanted=wanted,
            )
        shown = found[: listing.limit]
        return shown, shown[-1].publication.id if len(found) > listing.limit else None

    async def limits(self, account: str) -> CreatorLimits | Unknown:
        """What TikTok allows a creator."""
        async with self.desk.database.transaction() as session:
            found = await connection_by_handle(session, self.desk.workspace_id, account)
        return await creator_limits(self.desk, found)

    async def place(self, gathered: Gathered, wanted: Wanted, show: Display) -> Scheduled:
        """Check all of it, keep the files, schedule the post."""
        desk = self.desk
        async with desk.database.transaction() as session:
            find = partial(media_file, session, desk.workspace_id)
            pieces = await gathering.with_kept(gathered, find)
        beforehand.refuse_at_sight(pieces, desk.settings, wanted)
        connection = await beforehand.check(desk, pieces, wanted, show)
        files = await gathering.keep_all(desk, pieces, show)
        if wanted.fix:
            files = await gathering.fix_all(desk, files, show)
            self._refuse_mended(files, wanted)
        return await order(desk, connection, wanted, files)

    async def is_worked(self) -> bool:
        """Whether a worker runs."""
        async with self.desk.database.transaction() as session:
            return bool(await workers_alive(session))

    async def cancel(self, wanted: str, version: int | None) -> tuple[Overview, Cancelling]:
        """Cancel a post."""

        async def act(session: AsyncSession, seen: Overview) -> Cancelling:
            return await cancel(session, seen.publication, actor=ACTOR, expected_version=version)

        return await self._change(wanted, act)

    async def reschedule(
        self, wanted: str, at: datetime, timezone: str | None, version: int | None
    ) -> Overview:
        """Give a post another time."""
        changes = Changes(publish_at=at, timezone=timezone)

        async def act(session: AsyncSession, seen: Overview) -> None:
            await edit(session, seen.publication, changes, expected_version=version, actor=ACTOR)

        return (await self._change(wanted, act))[0]

    async def edit(self, wanted: str, text: NewText, version: int | None) -> Overview:
        """Change the text of a post, if TikTok's rules allow it."""

        async def act(session: AsyncSession, seen: Overview) -> None:
            changes = self._changes(seen, text)
            await edit(session, seen.publication, changes, expected_version=version, actor=ACTOR)

        return (await self._change(wanted, act))[0]

    async def retry(
        self, wanted: str, at: datetime | None, version: int | None
    ) -> tuple[Overview, str]:
        """Publish again what has failed."""

        async def act(session: AsyncSession, seen: Overview) -> str:
            failed_as = describe.reason(seen.publication)
            await retry(session, seen.publication, actor=ACTOR, at=at, expected_version=version)
            return failed_as

        return await self._change(wanted, act)

    async def undecided(self) -> list[Overview]:
        """Posts of which only a person can say whether they are out."""
        workspace_id = self.desk.workspace_id
        async with self.desk.database.transaction() as session:
            return [
                await queries.overview(session, workspace_id, each.id)
                for each in await undecided(session, workspace_id)
            ]

    async def evidence(self, wanted: str) -> tuple[Overview, Evidence]:
        """A post, and what is known of it."""
        workspace_id = self.desk.workspace_id
        async with self.desk.database.transaction() as session:
            seen = await queries.overview(session, workspace_id, wanted)
            return seen, await evidence(session, workspace_id, seen.publication.id)

    async def reconcile(self, wanted: str, verdict: Verdict, version: int | None) -> Overview:
        """End a post as a person says."""
        networks = self.desk.accounts.networks

        async def act(session: AsyncSession, seen: Overview) -> None:
            await reconcile(
                session,
                seen.publication,
                verdict,
                networks=networks,
                actor=ACTOR,
                expected_version=version,
            )

        return (await self._change(wanted, act))[0]

    async def calls(self, wanted: str | None, limit: int) -> Sequence[Call]:
        """The last requests to the network: of one post, or of all."""
        workspace_id = self.desk.workspace_id
        async with self.desk.database.transaction() as session:
            publication_id = None
            if wanted is not None:
                seen = await queries.overview(session, workspace_id, wanted)
                publication_id = seen.publication.id
            return await queries.calls(
                session, workspace_id, publication_id=publication_id, limit=limit
            )

    async def _change(
        self, wanted: str, act: Callable[[AsyncSession, Overview], Awaitable[T]]
    ) -> tuple[Overview, T]:
        """Change a post in one transaction; as it is afterwards, and what `act` gave."""
        async with self.desk.database.transaction() as session:
            seen = await queries.overview(session, self.desk.workspace_id, wanted)
            done = await act(session, seen)
        return await self.seen(seen.publication.id), done

    async def _account(self, session: AsyncSession, name: str | None) -> str | None:
        if name is None:
            return None
        return (await connection_by_handle(session, self.desk.workspace_id, name)).id

    def _refuse_mended(self, files: Sequence[MediaFile], wanted: Wanted) -> None:
        """What was mended has to meet every rule."""
        named = [(file.name, read_probe(file.probe)) for file in files]
        kind = preflight.kind_of(named)
        chosen = None if kind is None else wanted.choices.settings(kind)
        mode, settings = wanted.choices.mode, self.desk.settings
        found = preflight.find(named, chosen, None, settings, mode=mode)
        preflight.refuse_unfit(gathering.together([name for name, _ in named]), found)

    def _changes(self, seen: Overview, text: NewText) -> Changes:
        kind = Kind(seen.publication.kind)
        if text.title is not None and kind is Kind.VIDEO:
            raise Usage("A video has no title.", fix="Its text is its caption: --caption TEXT")
        texts = {"title": text.title, "description": text.caption}
        if kind is Kind.VIDEO:
            texts = {"title": text.caption}
        given = {name: told for name, told in texts.items() if told is not None}
        if not given:
            return Changes(if_missed=text.if_missed)
        mode = seen.publication.mode
        chosen = read_settings(kind, mode, {**seen.publication.settings, **given})
        files = [(file.name, read_probe(file.probe)) for file in seen.media]
        findings = preflight.find(files, chosen, None, self.desk.settings, mode=mode)
        preflight.refuse_unfit(describe.files(seen), findings)
        return Changes(caption=text.caption, settings=chosen.to_dict(), if_missed=text.if_missed)
