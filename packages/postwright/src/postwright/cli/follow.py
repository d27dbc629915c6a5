"""Follows a publication until it has ended."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from postwright.cli import describe, holds, printing
from postwright.cli.counter import Posts
from postwright.cli.progress import Display
from postwright.db.database import DatabaseGone
from postwright.errors import AppError, NetworkTrouble, NotFinished, PublishFailed
from postwright.kit.text import sentence
from postwright.platforms.content import Source
from postwright.publishing.queries import Overview
from postwright.publishing.states import State

_PATIENCE = 8  # times that what has gone is looked for

_WAITING = {State.DRAFT, State.SCHEDULED, State.PREPARING, State.HELD, State.SUBMITTING}
_GOOD = {State.PUBLISHED, State.DELIVERED}


class ServiceGone(NetworkTrouble):
    """The service elsewhere went away while a post was being followed."""

    code = "service_gone"


class Cancelled(PublishFailed):
    """The publication was cancelled."""

    code = "publication_cancelled"


async def follow(
    posts: Posts, publication_id: str, show: Display, *, timeout_s: float | None, as_json: bool
) -> Overview:
    """Show each change until the publication has ended; how it then is.

    Raises:
        NotFinished: the time is over.
        DatabaseGone, ServiceGone: what knows of it went away and did not come back.
    """
    seen: Overview | None = None
    shower = _Shower(show)
    try:
        async with asyncio.timeout(timeout_s):
            async with contextlib.aclosing(_changes(posts, publication_id)) as changes:
                async for seen in changes:
                    if as_json:
                        printing.json_line(describe.facts(seen))
                    shower.show(seen)
                    if seen.publication.state.is_end:
                        return seen
    except TimeoutError:
        raise _not_finished(publication_id, seen, timeout_s or 0) from None
    raise AssertionError


def verdict(seen: Overview) -> AppError | None:
    """The error that a publication ended with; None if the post is out."""
    publication = seen.publication
    name = f"{describe.files(seen)} for @{seen.connection.handle} ({seen.post.id})"
    if publication.state is State.FAILED:
        return PublishFailed(
            f"{name} was not published.",
            why=describe.reason(publication),
            fix=f"{sentence(describe.to_do(seen))}\nWhat TikTok was asked, and said: "
            f"postwright ledger {seen.post.id}",
        )
    if publication.state is State.CANCELLED:
        return Cancelled(f"{name} was cancelled.", why="Nothing of it was published.")
    return None


async def _changes(posts: Posts, publication_id: str) -> AsyncGenerator[Overview]:
    before: object = None
    missed = 0
    async with posts.watching(publication_id) as watch:
        while True:
            try:
                seen = await posts.seen(publication_id)
                missed = 0
                mark = (seen.publication.version, describe.uploaded_bytes(seen))
                if mark != before:
                    before = mark
                    yield seen
                await watch.changed(is_moving=seen.publication.state is State.UPLOADING)
            except (DatabaseGone, NetworkTrouble) as gone:
                missed += 1
                if missed > _PATIENCE:
                    raise _out_of_sight(publication_id, gone) from None
                with contextlib.suppress(AppError):
                    await posts.back()


def _out_of_sight(publication_id: str, gone: AppError) -> AppError:
    again = f"Ask again: postwright status {publication_id} --watch"
    if isinstance(gone, DatabaseGone):
        return DatabaseGone(
            "The database went away while the post was being followed.",
            why=gone.why,
            fix="The post itself is not affected: it goes on where it was when database and worker "
            f"are back. {again}",
        )
    return ServiceGone(
        "The service went away while the post was being followed.",
        why=" ".join(filter(None, (gone.what, gone.why))),
        fix=f"The post itself is not affected: it goes on over there. {again}",
    )


def _not_finished(publication_id: str, seen: Overview | None, timeout_s: float) -> NotFinished:
    if seen is None:
        why, alone, step = "Nothing was heard of it in that time.", True, ""
    else:
        why = f"It is {describe.words(seen.publication)}."
        alone = seen.publication.hold_reason not in holds.NEEDS_A_PERSON
        step = describe.to_do(seen)
    return NotFinished(
        f"{publication_id} is not out after {timeout_s:g} s.",
        why=why,
        fix=("It goes on by itself." if alone else f"It goes on when that is done: {step}.")
        + f"\nFollow it: postwright status {publication_id} --watch",
    )


class _Shower:
    """Turns states into things that begin, advance and end."""

    def __init__(self, show: Display) -> None:
        self._show = show
        self._doing = ""
        self._said = ""

    def show(self, seen: Overview) -> None:
        publication, size = seen.publication, describe.size_bytes(seen)
        state = publication.state
        if state in _WAITING or (state is State.UPLOADING and not _is_sent(seen)):
            self._begin("waiting", None)
            self._say(describe.words(publication))
        elif state is State.UPLOADING:
            self._begin("uploading", size)
            if describe.reason(publication):
                self._say(describe.reason(publication))
            self._show.advance(describe.uploaded_bytes(seen))
        elif state in {State.PROCESSING, State.UNCONFIRMED}:
            self._sent(seen, size)
            self._begin("processing", None)
            self._say(_processing(seen))
        else:
            if self._doing == "uploading" and state in _GOOD:
                self._end(printing.size(size))
            if self._doing != "processing":
                self._begin("processing", None)
            self._end(describe.words(publication), good=state in _GOOD)

    def _sent(self, seen: Overview, size: int) -> None:
        """Tell of an upload that was over before it was seen."""
        if self._doing in {"waiting", "uploading"} and _is_sent(seen):
            self._begin("uploading", size)
            self._end(printing.size(size))

    def _begin(self, what: str, total: int | None) -> None:
        if self._doing == what:
            return
        if self._doing == "waiting":
            self._show.end("it begins")
        self._doing, self._said = what, ""
        self._show.begin(what, total)

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._show.say(text)

    def _end(self, text: str, *, good: bool = True) -> None:
        self._show.end(text, good=good)
        self._doing = ""


def _is_sent(seen: Overview) -> bool:
    return describe.source(seen) is Source.UPLOAD


def _processing(seen: Overview) -> str:
    if seen.publication.state is State.UNCONFIRMED:
        return describe.words(seen.publication)
    return "TikTok looks at it" if _is_sent(seen) else "TikTok fetches it and looks at it"
