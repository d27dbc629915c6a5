"""Where commands ask: at this machine's own service, or at one elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from postwright.cli.counter import Counter
from postwright.config import Settings


@asynccontextmanager
async def at_counter(settings: Settings) -> AsyncGenerator[Counter]:
    """Ask this machine's own service, or the one that the settings name.

    Raises:
        StorageTrouble: this machine's database or data folder cannot be used.
        Misconfigured: a setting cannot be used.
    """
    if settings.url:
        # Nobody who works here pays for what knows elsewhere.
        from postwright.cli.elsewhere.opening import counter  # noqa: PLC0415  # see above
    else:
        from postwright.cli.here.opening import counter  # noqa: PLC0415  # as above
    async with counter(settings) as found:
        yield found
