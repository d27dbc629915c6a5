"""What a wished post names: its accounts and files, within the reach of the key that asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.media.shown import reached
from postwright.api.parts import Parts
from postwright.api.posts.wish import Wish, WishedMedia, WishedTarget
from postwright.connections import facts, queries
from postwright.connections.models import Connection
from postwright.connections.queries import NoSuchAccount
from postwright.errors import AppError
from postwright.media.errors import NoSuchMedia
from postwright.media.fetching import checked
from postwright.media.models import Ingest, MediaFile
from postwright.media.references import resolve
from postwright.platforms.base import Network
from postwright.publishing.awaiting import Piece


@dataclass(slots=True)
class Seen:
    """What was looked up.

    Attributes:
        connections: one for each target, in order.
        networks: of each connection, with the app through which it was connected.
        facts: what each network lately said it allows the creator; None if it is not known.
        files: what each address stands for here; None: somebody else's.
    """

    connections: list[Connection]
    networks: dict[str, Network]
    facts: dict[str, dict[str, Any] | None]
    files: dict[str, Piece | None] = field(default_factory=dict[str, Piece | None])


async def look_up(session: AsyncSession, parts: Parts, caller: Caller, wish: Wish) -> Seen:
    """Look up what a post names.

    Raises:
        NoSuchAccount, NoSuchMedia, MediaNotThere, AddressRefused: it names what is not there, or
            not within the key's reach; `param` says where.
        InvalidRequest: an account is there twice, or of another network.
    """
    connections = await _connections(session, caller, wish.targets)
    seen = Seen(connections, {}, {})
    for connection in connections:
        app = await queries.platform_app(session, caller.workspace_id, connection.id)
        seen.networks[connection.id] = parts.accounts.networks.of_app(app)
        seen.facts[connection.id] = await facts.cached(session, caller.workspace_id, connection.id)
    for param, each in _addresses(wish):
        if each.url not in seen.files:
            seen.files[each.url] = await _file(session, caller, each.url, param)
    return seen


async def _connections(
    session: AsyncSession, caller: Caller, targets: Sequence[WishedTarget]
) -> list[Connection]:
    ids = [target.account_id for target in targets]
    rows = await session.scalars(
        select(Connection).where(
            Connection.workspace_id == caller.workspace_id,
            Connection.id.in_(ids),
            caller.within(Connection.profile_id),
        )
    )
    known = {each.id: each for each in rows}
    for place, target in enumerate(targets):
        found = known.get(target.account_id)
        if found is None or found.disconnected_at is not None:
            raise NoSuchAccount(
                f"There is no account {target.account_id}.",
                fix="GET /v1/accounts lists those there are.",
                param=f"platforms[{place}].accountId",
            )
        if found.platform != target.platform:
            raise InvalidRequest(
                f"{target.account_id} is an account of {found.platform}.",
                param=f"platforms[{place}].platform",
            )
        if target.account_id in ids[:place]:
            raise InvalidRequest(
                f"{target.account_id} is there twice; a post goes to an account once.",
                param=f"platforms[{place}].accountId",
            )
    return [known[each] for each in ids]


def _addresses(wish: Wish) -> Iterator[tuple[str, WishedMedia]]:
    for n, each in enumerate(wish.media):
        yield f"mediaItems[{n}].url", each
    for place, target in enumerate(wish.targets):
        for n, each in enumerate(target.media or ()):
            yield f"platforms[{place}].customMedia[{n}].url", each


async def _file(session: AsyncSession, caller: Caller, url: str, param: str) -> Piece | None:
    try:
        found = await resolve(session, caller.workspace_id, url)
        if found is None:
            checked(url)
        elif not await _reaches(session, caller, found):
            raise NoSuchMedia(found.id)
    except AppError as error:
        error.param = param
        raise
    return found


async def _reaches(session: AsyncSession, caller: Caller, found: Piece) -> bool:
    if caller.profile_ids is None:
        return True
    if isinstance(found, Ingest):
        return found.api_key_id == caller.key_id
    wanted = select(MediaFile.id).where(
        MediaFile.workspace_id == caller.workspace_id, MediaFile.id == found.id, reached(caller)
    )
    return await session.scalar(wanted) is not None
