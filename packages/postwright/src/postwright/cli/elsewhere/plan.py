"""Pauses and the forecast of a service elsewhere."""

from dataclasses import dataclass

from postwright.cli.boundary import Usage
from postwright.cli.counter import PauseOf, Resumed
from postwright.cli.elsewhere.accounts import named
from postwright.cli.elsewhere.rows import outlook_of, pause_of
from postwright.publishing.outlook import MOST, Outlook
from postwright.remote.client import Remote


@dataclass(frozen=True, slots=True)
class PlanElsewhere:
    """Pauses and the forecast behind an API."""

    remote: Remote

    async def pause(self, of: PauseOf, reason: str) -> bool:
        """Start nothing new."""
        return (await self.remote.pause(await self._account(of), reason)).is_new

    async def resume(self, of: PauseOf) -> Resumed:
        """End a pause."""
        done = await self.remote.end_pause(await self._account(of))
        handles = {each.account_id or "": each.username or "" for each in done.pauses}
        return Resumed(done.brought_on, [pause_of(each) for each in done.pauses], handles)

    async def forecast(self, account: str | None) -> Outlook:
        """When what waits will go out."""
        account_id = None if account is None else (await named(self.remote, account)).id
        return outlook_of(await self.remote.forecast(account_id, limit=MOST))

    async def _account(self, of: PauseOf) -> str | None:
        if of.everything:
            raise Usage(
                "--all is about the whole installation, and works on its own machine.",
                fix="Leave it out: the workspace of the API key is meant then.",
            )
        return None if of.account is None else (await named(self.remote, of.account)).id
