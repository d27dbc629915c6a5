"""When an account ends: every app loses it, and is told why."""

from tiktok_emulator.oauth.state import Removal
from tiktok_emulator.oauth.tokens import disconnect
from tiktok_emulator.posting.state import Creator
from tiktok_emulator.store import World

_REASONS = {
    "deleted": Removal.ACCOUNT_DELETED,
    "underage": Removal.AGE_CHANGED,
    "banned": Removal.ACCOUNT_BANNED,
}


def follow(world: World, creator: Creator) -> None:
    """Take every app's consent away from an account that is no longer active."""
    if creator.account == "active":
        return
    for grant in list(world.grants.values()):
        if grant.username == creator.username and grant.revoked_at is None:
            disconnect(world, grant, _REASONS[creator.account])
    for name, session in list(world.sessions.items()):
        if session.username == creator.username:
            del world.sessions[name]
