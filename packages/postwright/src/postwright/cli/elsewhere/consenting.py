"""Has a service elsewhere connect an account: its owner's browser goes there, and ends here."""

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

from postwright.cli.consenting import ANY_PORT, NoConsent, Way, in_time, pasted, send_there, tell
from postwright.cli.elsewhere.accounts import named
from postwright.cli.elsewhere.opening import reached
from postwright.cli.loopback import Page, Redirect, listening
from postwright.config import Settings
from postwright.connections.connect import Connected
from postwright.errors import AppError
from postwright.platforms.purpose import Purpose
from postwright.remote.client import Remote

_PATH = "/connected"


async def ask(
    settings: Settings, purposes: frozenset[Purpose], way: Way, *, again: str | None = None
) -> None:
    """Get a consent, which the service there stores; and tell who is connected.

    Args:
        settings: name the service.
        purposes: what to ask the permission for; none: what the service usually does.
        way: how to get it.
        again: the account that is to be connected again, if it is one.

    Raises:
        NoConsent: nobody came back in time, or the service did not get it.
        NoSuchAccount: there is none to connect again.
        Refused, Unreachable: the service does not do it, or is not there.
    """
    async with reached(settings) as remote:
        known = {each.id for each in await remote.accounts()}
        account_id = None if again is None else (await named(remote, again)).id
        state = secrets.token_urlsafe(24)

        async def begun(back: str) -> str:
            told = await remote.connect_url(
                purposes, redirect_url=f"{back}?state={state}", reconnect_account_id=account_id
            )
            return told.auth_url

        async def made_of(callback: str) -> Connected:
            return await _made(remote, callback, state, known)

        if way.paste:
            page = await begun(f"http://127.0.0.1:{way.port or ANY_PORT}{_PATH}")
            made = await made_of(await pasted(page, way))
        else:
            made = await _looped_back(way, state, begun, made_of)
    tell(made, 0, as_json=way.as_json)


async def _looped_back(
    way: Way,
    state: str,
    begun: Callable[[str], Awaitable[str]],
    made_of: Callable[[str], Awaitable[Connected]],
) -> Connected:
    async with listening(Redirect("127.0.0.1", way.port, _PATH)) as loopback:
        loopback.expect(state)
        send_there(await begun(loopback.redirect_uri), way)
        callback = await in_time(loopback.arrived(), way.timeout_s)
        try:
            made = await made_of(callback)
        except AppError as error:
            await loopback.tell(Page(error.what, error.why, error.fix))
            raise
        await loopback.tell(Page(f"@{made.handle} is connected.", "You can close this window."))
        return made


async def _made(remote: Remote, callback: str, state: str, known: set[str]) -> Connected:
    """Who is connected, as the service says it."""
    told = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    if told.get("state") != state:
        raise NoConsent(
            "No account was connected: this is not the address at which the browser ended.",
            fix=f"It begins with http://127.0.0.1 and has {_PATH} in it. Try again.",
        )
    if "accountId" not in told:
        raise NoConsent(
            "No account was connected.",
            why=told.get("error_description", "The service does not say why."),
            fix="Try again.",
        )
    account = await remote.account(told["accountId"])
    health = await remote.account_health(account.id)
    return Connected(
        connection_id=account.id,
        profile_id=account.profile_id,
        handle=account.username,
        display_name=account.display_name,
        is_new=account.id not in known,
        missing_scopes=frozenset(health.permissions.missing_required),
    )
