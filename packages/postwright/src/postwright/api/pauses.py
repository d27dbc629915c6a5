"""`/v1/pauses`: nothing new is started, of an account or of the workspace."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.accounts.routes import account_of
from postwright.api.caller import Caller, Publisher, Reader
from postwright.api.errors import OutOfReach
from postwright.api.idempotency import CallOf
from postwright.api.parts import PartsOf
from postwright.api.routing import routes
from postwright.api.wire.pauses import (
    PauseBegun,
    Paused,
    PauseEnded,
    PauseList,
    PauseNew,
    PauseOf,
    PauseShown,
)
from postwright.connections.models import Connection
from postwright.connections.queries import find_accounts
from postwright.publishing import models, pauses
from postwright.publishing.pauses import Scope

router = routes("Pauses")

_NO_REASON = "no reason given"


@router.get("/pauses", summary="List pauses", operation_id="list_pauses")
async def list_pauses(caller: Reader, parts: PartsOf) -> PauseList:
    """What is paused, as far as the key reaches."""
    async with parts.database.transaction() as session:
        return PauseList(pauses=await _listed(session, caller))


@router.post("/pauses", summary="Pause", operation_id="create_pause", response_model=PauseBegun)
async def create_pause(
    wanted: PauseNew, caller: Publisher, parts: PartsOf, call: CallOf
) -> Response:
    """Start nothing new: of an account, or of the workspace.

    When this is answered, nothing that was not announced to the network yet will be. What is being
    sent goes on to its end. What comes due is `held` until the pause ends.
    """
    async with parts.database.transaction() as session:
        scope = await _scope(session, caller, wanted)

    async def work(session: AsyncSession) -> PauseBegun:
        reason = wanted.reason or _NO_REASON
        return PauseBegun(
            is_new=await pauses.pause(
                session, caller.workspace_id, scope, reason, actor=caller.actor
            )
        )

    answer = await call.once(work, status=200)
    async with parts.database.transaction() as session:
        await pauses.settle(session, scope)
    return answer


@router.post(
    "/pauses/end", summary="End a pause", operation_id="end_pause", response_model=PauseEnded
)
async def end_pause(wanted: PauseOf, caller: Publisher, call: CallOf) -> Response:
    """End a pause; what it held goes out, in its order.

    It has to be named as it was begun: an account, or the workspace. What another pause holds too
    stays held. To end what is not paused changes nothing.
    """

    async def work(session: AsyncSession) -> PauseEnded:
        scope = await _scope(session, caller, wanted)
        due = await pauses.resume(session, caller.workspace_id, scope, actor=caller.actor)
        return PauseEnded(brought_on=due, pauses=await _listed(session, caller))

    return await call.once(work, status=200)


async def _scope(session: AsyncSession, caller: Caller, wanted: PauseOf) -> Scope:
    if wanted.account_id is not None:
        account = await account_of(session, caller, wanted.account_id)
        return Scope(caller.workspace_id, account.id)
    if caller.profile_ids is not None:
        raise OutOfReach(
            "A key that is bound to profiles does not pause the whole workspace.",
            fix="Name an account: accountId.",
        )
    return Scope(caller.workspace_id)


async def _listed(session: AsyncSession, caller: Caller) -> list[PauseShown]:
    every = await pauses.pauses_of(session, caller.workspace_id)
    found = await find_accounts(session, caller.workspace_id, caller.within(Connection.profile_id))
    names = {each.id: each.handle for each in found}
    return [
        _shown(each, names)
        for each in every
        if each.connection_id is None or each.connection_id in names
    ]


def _shown(pause: models.Pause, names: dict[str, str]) -> PauseShown:
    of = Paused.ACCOUNT
    if pause.connection_id is None:
        of = Paused.EVERYTHING if pause.workspace_id is None else Paused.WORKSPACE
    return PauseShown(
        of=of,
        account_id=pause.connection_id,
        username=names.get(pause.connection_id or ""),
        reason=pause.reason,
        since=pause.created_at,
        by=pause.actor,
    )
