"""Opens the counter of a service elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from postwright.cli.counter import Counter
from postwright.cli.elsewhere.accounts import AccountsElsewhere
from postwright.cli.elsewhere.keys import KeysElsewhere
from postwright.cli.elsewhere.media import MediaElsewhere
from postwright.cli.elsewhere.plan import PlanElsewhere
from postwright.cli.elsewhere.posts import PostsElsewhere
from postwright.config import Settings
from postwright.errors import Misconfigured
from postwright.remote.client import Remote, connected


class NoKey(Misconfigured):
    """A service elsewhere is meant, and there is no API key for it."""

    code = "no_api_key"


@asynccontextmanager
async def reached(settings: Settings) -> AsyncGenerator[Remote]:
    """The service that the settings name.

    Raises:
        NoKey: the settings have no API key.
        BadAddress, InClear: their address cannot be used.
    """
    if not settings.api_key.get_secret_value():
        raise NoKey(
            f"The service at {settings.url} wants an API key, and there is none.",
            fix="Put it into POSTWRIGHT_API_KEY, or into a file and its name into --key-file. On "
            "the service's machine `postwright api-keys create --name me` makes one.",
        )
    service = connected(settings.url, settings.api_key, allows_http=settings.allow_http)
    async with service as remote:
        yield remote


@asynccontextmanager
async def counter(settings: Settings) -> AsyncGenerator[Counter]:
    """What the service there answers."""
    async with reached(settings) as remote:
        yield Counter(
            PostsElsewhere(remote, settings),
            PlanElsewhere(remote),
            MediaElsewhere(remote),
            AccountsElsewhere(remote),
            KeysElsewhere(remote),
        )
