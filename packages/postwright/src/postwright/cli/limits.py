"""What a creator may post right now: asked of TikTok, or known from minutes ago."""

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from postwright.cli.opening import Desk
from postwright.cli.printing import sentence
from postwright.connections import calls, facts, slots
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import Connection
from postwright.connections.refresh import NoAccess
from postwright.errors import Conflict
from postwright.platforms.answers import CreatorReady, Lost, Refusal, Refused
from postwright.platforms.base import Asking, Network
from postwright.platforms.content import Kind, Mode
from postwright.platforms.purpose import Purpose
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.schedule import Unusable


class NotAllowed(Conflict):
    """TikTok does not let this creator post."""

    code = "creator_refused"


@dataclass(frozen=True, slots=True)
class Unknown:
    """TikTok did not say.

    Attributes:
        why: half a sentence.
        is_away: nothing answers at TikTok's address, so that nothing can be sent either.
    """

    why: str
    is_away: bool = False


async def creator_limits(
    desk: Desk, connection: Connection, *, anew: bool = False
) -> CreatorLimits | Unknown:
    """The creator's limits; or why they are not known now.

    What TikTok said minutes ago counts, unless it is to be asked `anew`: a worker asks it again
    before a post.

    Raises:
        Unusable: the account has to be connected again.
        NotAllowed: the creator may not post at all.
    """
    async with desk.database.transaction() as session:
        known = await facts.cached(session, desk.workspace_id, connection.id)
    if known is not None and connection.state.usable and not anew:
        return CreatorLimits.from_facts(known)
    network = await desk.accounts.networks.of(desk.workspace_id, connection.id)
    who = OnBehalf(desk.workspace_id, connection.id)
    rejected: int | None = None
    while True:
        token = await desk.accounts.keeper.fresh(
            who, network, rejected_version=rejected, purpose=Purpose.PUBLISH
        )
        if isinstance(token, NoAccess):
            if token.passing:
                return Unknown(f"its authorisation could not be renewed ({token.detail})")
            raise _unusable(connection, token.detail)
        slot = await _slot(desk, connection, network)
        if isinstance(slot, timedelta):
            wait_s = slot.seconds + 1
            return Unknown(f"TikTok was asked too often; it may be asked again in {wait_s} s")
        answer = await calls.make(
            desk.database, who, slot, network.creator(token.value, Mode.DIRECT)
        )
        match answer:
            case CreatorReady():
                async with desk.database.transaction() as session:
                    await facts.remember(session, connection.id, answer.facts)
                return CreatorLimits.from_facts(answer.facts)
            case Refused(refusal=Refusal.TOKEN) if rejected is None:
                rejected = token.version
            case Refused():
                return _refused(connection, answer)
            case Lost():
                return Unknown(f"TikTok could not be reached ({answer.why})", not answer.sent)


async def _slot(
    desk: Desk, connection: Connection, network: Network
) -> slots.Slot | timedelta | None:
    limit = network.limit(Asking.CREATOR, Kind.VIDEO, Mode.DIRECT)
    if limit is None:
        return None
    async with desk.database.transaction() as session:
        return await slots.take(session, connection.id, limit.bucket, limit.most)


def _refused(connection: Connection, answer: Refused) -> Unknown:
    said = f"{answer.code}: {answer.message}".rstrip(": ")
    match answer.refusal:
        case Refusal.TOKEN | Refusal.REVOKED | Refusal.SCOPE:
            raise _unusable(connection, said)
        case Refusal.CAP | Refusal.DRAFTS | Refusal.USERS:
            return Unknown(
                f"TikTok lets nothing more be posted today ({said}); the post would be held"
            )
        case Refusal.RATE | Refusal.FAULT:
            return Unknown(f"TikTok did not say ({said})")
        case Refusal.ACCOUNT | Refusal.REQUEST:
            raise NotAllowed(
                f"TikTok does not let @{connection.handle} post.",
                why=said,
                fix="See in the TikTok app what is wrong with the account.",
            )
        case _:
            assert_never(answer.refusal)


def _unusable(connection: Connection, why: str) -> Unusable:
    return Unusable(
        f"@{connection.handle} cannot be posted to: its authorisation does not work any more.",
        why=sentence(why),
        fix=f"Connect it again: postwright accounts reconnect @{connection.handle}",
    )
