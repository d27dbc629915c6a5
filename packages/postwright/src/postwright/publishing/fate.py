"""What becomes of each setting of a post, as it is known when the post is announced."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.platforms.answers import CreatorReady, Refused
from postwright.publishing.work import Work


async def fate_of(
    session: AsyncSession, work: Work, answer: CreatorReady | Refused | None
) -> list[dict[str, Any]]:
    """The network's report as JSON: setting, asked, outcome, why.

    `answer` is what was heard of the creator just now; without one, what was heard last counts.
    """
    if isinstance(answer, CreatorReady):
        facts = answer.facts
    else:
        facts = (await session.get_one(Connection, work.connection_id)).facts
    report = work.network.report(work.kind, work.mode, work.settings, facts)
    return [asdict(said) for said in report]
