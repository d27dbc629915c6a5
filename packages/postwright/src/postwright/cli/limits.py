"""What a creator may post right now, in the words of the commands."""

from typing import assert_never

from postwright.cli.opening import Desk
from postwright.cli.printing import sentence
from postwright.connections.creator import Ended, Forbidden, Known, Unknown, creator_facts
from postwright.connections.models import Connection
from postwright.connections.standing import again
from postwright.errors import Conflict
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.schedule import Unusable


class NotAllowed(Conflict):
    """TikTok does not let this creator post."""

    code = "creator_refused"


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
    match await creator_facts(desk.accounts, connection, anew=anew):
        case Known(facts=facts):
            return CreatorLimits.from_facts(facts)
        case Unknown() as unknown:
            return unknown
        case Ended(why=why):
            raise Unusable(
                f"@{connection.handle} cannot be posted to: its authorisation does not work any "
                "more.",
                why=sentence(why),
                fix="Please connect it again.",
                command=again(connection.handle),
            )
        case Forbidden(why=why):
            raise NotAllowed(
                f"TikTok does not let @{connection.handle} post.",
                why=why,
                fix="See in the TikTok app what is wrong with the account.",
            )
        case allowed:
            assert_never(allowed)
