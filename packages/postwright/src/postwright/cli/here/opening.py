"""Opens the counter of this machine's own service."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from postwright.cli.counter import Counter
from postwright.cli.here.accounts import AccountsHere
from postwright.cli.here.keys import KeysHere
from postwright.cli.here.media import MediaHere
from postwright.cli.here.plan import PlanHere
from postwright.cli.here.posts import PostsHere
from postwright.cli.opening import opened
from postwright.config import Settings


@asynccontextmanager
async def counter(settings: Settings) -> AsyncGenerator[Counter]:
    """What stands on this machine's database."""
    async with opened(settings) as desk:
        yield Counter(
            PostsHere(desk), PlanHere(desk), MediaHere(desk), AccountsHere(desk), KeysHere(desk)
        )
