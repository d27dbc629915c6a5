"""What a creator may post right now: asked of the network, or known from minutes ago."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never

from postwright.connections import calls, facts, slots
from postwright.connections.accounts import Accounts
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import Connection
from postwright.connections.refresh import NoAccess
from postwright.connections.standing import again
from postwright.errors import Conflict
from postwright.kit.text import sentence
from postwright.platforms.answers import CreatorReady, Lost, Refusal, Refused
from postwright.platforms.base import Asking, Network
from postwright.platforms.content import Kind, Mode
from postwright.platforms.purpose import Purpose
from postwright.publishing.schedule import Unusable


class NotAllowed(Conflict):
    """TikTok does not let this creator post."""

    code = "creator_refused"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The network did not say.

    Attributes:
        why: half a sentence.
        is_away: nothing answers at the network's address, so that nothing can be sent either.
        is_capped: it said that nothing more can be posted today.
    """

    why: str
    is_away: bool = False
    is_capped: bool = False


async def creator_facts(
    accounts: Accounts, connection: Connection, *, anew: bool = False
) -> dict[str, Any] | Unknown:
    """What the network allows the creator, in its own words; or why that is not known now.

    What it said minutes ago counts, unless it is to be asked `anew`: a worker asks it again before
    a post.

    Raises:
        Unusable: the account has to be connected again.
        NotAllowed: the creator may not post at all.
    """
    workspace_id = connection.workspace_id
    async with accounts.database.transaction() as session:
        known = await facts.cached(session, workspace_id, connection.id)
    if known is not None and connection.state.usable and not anew:
        return known
    network = await accounts.networks.of(workspace_id, connection.id)
    who = OnBehalf(workspace_id, connection.id)
    rejected: int | None = None
    while True:
        token = await accounts.keeper.fresh(
            who, network, rejected_version=rejected, purpose=Purpose.PUBLISH
        )
        if isinstance(token, NoAccess):
            if token.passing:
                return Unknown(f"its authorisation could not be renewed ({token.detail})")
            raise _unusable(connection, token.detail)
        slot = await _slot(accounts, connection, network)
        if isinstance(slot, timedelta):
            wait_s = slot.seconds + 1
            return Unknown(
                f"{network.name} was asked too often; it may be asked again in {wait_s} s"
            )
        asked = network.creator(token.value, Mode.DIRECT)
        answer = await calls.make(accounts.database, who, slot, asked)
        match answer:
            case CreatorReady():
                async with accounts.database.transaction() as session:
                    await facts.remember(session, connection.id, answer.facts)
                return answer.facts
            case Refused(refusal=Refusal.TOKEN) if rejected is None:
                rejected = token.version
            case Refused():
                return _refused(connection, network, answer)
            case Lost():
                return Unknown(
                    f"{network.name} could not be reached ({answer.why})", not answer.sent
                )


async def _slot(
    accounts: Accounts, connection: Connection, network: Network
) -> slots.Slot | timedelta | None:
    limit = network.limit(Asking.CREATOR, Kind.VIDEO, Mode.DIRECT)
    if limit is None:
        return None
    async with accounts.database.transaction() as session:
        return await slots.take(session, connection.id, limit.bucket, limit.most)


def _refused(connection: Connection, network: Network, answer: Refused) -> Unknown:
    said = f"{answer.code}: {answer.message}".rstrip(": ")
    match answer.refusal:
        case Refusal.TOKEN | Refusal.REVOKED | Refusal.SCOPE:
            raise _unusable(connection, said)
        case Refusal.CAP | Refusal.DRAFTS | Refusal.USERS:
            return Unknown(
                f"{network.name} lets nothing more be posted today ({said}); the post would be "
                "held",
                is_capped=True,
            )
        case Refusal.RATE | Refusal.FAULT:
            return Unknown(f"{network.name} did not say ({said})")
        case Refusal.ACCOUNT | Refusal.REQUEST:
            raise NotAllowed(
                f"{network.name} does not let @{connection.handle} post.",
                why=said,
                fix=f"See in the {network.name} app what is wrong with the account.",
            )
        case _:
            assert_never(answer.refusal)


def _unusable(connection: Connection, why: str) -> Unusable:
    return Unusable(
        f"@{connection.handle} cannot be posted to: its authorisation does not work any more.",
        why=sentence(why),
        fix="Connect it again.",
        command=again(connection.handle),
    )
