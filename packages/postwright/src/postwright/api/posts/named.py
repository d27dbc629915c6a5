"""What a wished post names: its accounts and files, within the reach of the key that asks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.media.shown import reaches_file
from postwright.api.parts import Parts
from postwright.api.posts.wish import Wish, WishedMedia, WishedTarget
from postwright.connections import facts
from postwright.connections.naming import NoSuchAccount
from postwright.connections.with_apps import WithApp, ask_with_apps, with_apps
from postwright.db.database import ask_for_now, told_now
from postwright.errors import AppError
from postwright.media.errors import NoSuchMedia
from postwright.media.fetching import outside
from postwright.media.models import Ingest
from postwright.media.references import ask_for_files, files_of, resolve
from postwright.platforms.base import Network
from postwright.publishing.awaiting import Piece


@dataclass(slots=True)
class Seen:
    """What was looked up.

    Attributes:
        accounts: one for each target, in order.
        networks: of each connection, with the app through which it was connected.
        facts: what each network lately said it allows the creator; None if it is not known.
        files: what each address stands for here; None: somebody else's.
        now: what time it was.
    """

    accounts: list[WithApp]
    now: datetime
    networks: dict[str, Network] = field(default_factory=dict[str, Network])
    facts: dict[str, dict[str, Any] | None] = field(
        default_factory=dict[str, dict[str, Any] | None]
    )
    files: dict[str, Piece | None] = field(default_factory=dict[str, Piece | None])


async def look_up(parts: Parts, caller: Caller, wish: Wish) -> Seen:
    """Look up what a post names. If all of it is here, that is one go to the database.

    Raises:
        NoSuchAccount, NoSuchMedia, MediaNotThere, AddressRefused: it names what is not there, or
            not within the key's reach; `param` says where.
        InvalidRequest: an account is there twice, or of another network.
    """
    ids = [target.account_id for target in wish.targets]
    urls = dict.fromkeys(each.url for _, each in _addresses(wish))
    async with parts.database.transaction() as session:
        accounts = await ask_with_apps(session, caller.workspace_id, ids, kept=facts.KEPT)
        files = await ask_for_files(session, caller.workspace_id, urls)
        now = await ask_for_now(session)
    its = _accounts(caller, wish.targets, await with_apps(accounts))
    seen = Seen(its, await told_now(now))
    for each in seen.accounts:
        seen.networks[each.connection.id] = parts.accounts.networks.of_app(each.app)
        seen.facts[each.connection.id] = each.facts
    seen.files.update(await files_of(files, urls))
    if caller.profile_ids is not None or len(seen.files) < len(urls):
        async with parts.database.transaction() as session:
            for param, named in _addresses(wish):
                found = seen.files.get(named.url)
                seen.files[named.url] = await _file(
                    session, parts, caller, named.url, param=param, found=found
                )
    return seen


def _accounts(
    caller: Caller, targets: Sequence[WishedTarget], known: Mapping[str, WithApp]
) -> list[WithApp]:
    ids = [target.account_id for target in targets]
    for place, target in enumerate(targets):
        found = known.get(target.account_id)
        if found is None or not caller.reaches(found.connection.profile_id):
            raise NoSuchAccount(
                f"There is no account {target.account_id}.",
                fix="GET /v1/accounts lists those there are.",
                param=f"platforms[{place}].accountId",
            )
        if found.connection.platform != target.platform:
            raise InvalidRequest(
                f"{target.account_id} is an account of {found.connection.platform}.",
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


async def _file(
    session: AsyncSession,
    parts: Parts,
    caller: Caller,
    url: str,
    *,
    param: str,
    found: Piece | None,
) -> Piece | None:
    try:
        if found is None:
            found = await resolve(session, caller.workspace_id, url)
        if found is None:
            outside(url, parts.settings.media.allowed_networks)
        elif not await _reaches(session, caller, found):
            raise NoSuchMedia(found.id)
    except AppError as error:
        error.param = param
        raise
    return found


async def _reaches(session: AsyncSession, caller: Caller, found: Piece) -> bool:
    if isinstance(found, Ingest):
        return caller.profile_ids is None or found.api_key_id == caller.key_id
    return await reaches_file(session, caller, found.id)
