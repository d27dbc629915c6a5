"""Deletes a post, or tries again what has failed of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.posts.changed import ELSEWHERE, OUT, PostPublished
from postwright.db.database import app_now
from postwright.jobs import lanes
from postwright.publishing.cancel import Cancelling, cancel
from postwright.publishing.listing import Whole, find_post
from postwright.publishing.retry import NotFailed, retry
from postwright.publishing.states import State
from postwright.workspaces import audit


async def remove(session: AsyncSession, caller: Caller, whole: Whole) -> str:
    """Cancel what has not gone out, and take the post off the lists; what to say of it.

    What the network fetches already is asked to stop, and the post stays until that is decided.

    Raises:
        PostPublished: some of it is out.
        TooLate: some of it may be.
    """
    if any(part.publication.state in OUT for part in whole.parts):
        raise PostPublished(
            f"{whole.post.id} is out, and cannot be deleted here.",
            why=ELSEWHERE,
            fix="Delete it in TikTok's app.",
        )
    await _lock(session, whole)
    hows = [
        await cancel(session, part.publication, actor=caller.actor)
        for part in whole.parts
        if not part.publication.state.is_end
    ]
    if not set(hows) <= {Cancelling.DONE, Cancelling.STOPPING}:
        return (
            "The network has it already and is asked to stop. The post stays until that is "
            "decided; delete it again then."
        )
    row = await find_post(session, caller.workspace_id, whole.post.id, locks=True)
    row.deleted_at = await app_now(session)
    row.version += 1
    await audit.record(
        session,
        caller.workspace_id,
        actor=caller.actor,
        action="post.deleted",
        subject=whole.post.id,
    )
    return "The post was deleted."


async def try_again(session: AsyncSession, caller: Caller, whole: Whole) -> int:
    """Publish again what has failed, now; how many.

    Raises:
        NotFailed: nothing of it has.
        NoSuchMedia, FilesMissing: its files are not there.
    """
    failed = [part for part in whole.parts if part.publication.state is State.FAILED]
    if not failed:
        raise NotFailed(
            f"Nothing of {whole.post.id} has failed.",
            why=", ".join(
                f"@{part.connection.handle}: {part.publication.state}" for part in whole.parts
            ),
        )
    await _lock(session, whole)
    for part in failed:
        await retry(session, part.publication, actor=caller.actor)
    return len(failed)


async def _lock(session: AsyncSession, whole: Whole) -> None:
    await lanes.lock(session, sorted(part.connection.id for part in whole.parts))
