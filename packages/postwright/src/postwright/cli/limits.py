"""What a creator may post right now, as the rules of TikTok read it."""

from postwright.cli.opening import Desk
from postwright.connections.models import Connection
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.creator import Unknown, creator_facts


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
    known = await creator_facts(desk.accounts, connection, anew=anew)
    return known if isinstance(known, Unknown) else CreatorLimits.from_facts(known)
