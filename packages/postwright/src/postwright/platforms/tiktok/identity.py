"""Asks TikTok whose token one is."""

from postwright.platforms.answers import Identity, Lost, Refused
from postwright.platforms.tiktok import outcomes
from tiktok_client import APIError, AsyncTikTok, ScopeMissing, UserField


async def who_is(client: AsyncTikTok) -> Identity | Refused | Lost:
    """The account's names, by the first call that the token's permissions allow.

    Creator info needs no permission beyond posting. An account that takes drafts only has a unique
    handle to tell if it has granted its profile; else its display name has to do for both.
    """
    try:
        return await _first_allowed(client)
    except APIError as error:
        return outcomes.refused(error)
    except outcomes.NO_ANSWER as error:
        return outcomes.lost(error)


async def _first_allowed(client: AsyncTikTok) -> Identity:
    try:
        info = await client.posting.creator_info()
    except ScopeMissing:
        pass
    else:
        return Identity(info.username, info.nickname)
    try:
        user = await client.display.user_info((UserField.USERNAME, UserField.DISPLAY_NAME))
    except ScopeMissing:
        user = await client.display.user_info((UserField.DISPLAY_NAME,))
    name = user.display_name or ""
    return Identity(user.username or name, name)
