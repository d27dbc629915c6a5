"""Whose phone it is that somebody looks at."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from tiktok_emulator.pages import page
from tiktok_emulator.phone import show
from tiktok_emulator.posting.state import Creator
from tiktok_emulator.store import world_of

Endpoint = Callable[[Request], Awaitable[Response]]


class NotThere(Exception):
    """What a page is about does not exist; answered with 404 and this text."""


def owner(request: Request) -> Creator:
    """The creator of the path.

    Raises:
        NotThere: nobody is called that.
    """
    creator = world_of(request).creators.get(request.path_params["username"])
    if creator is None:
        raise NotThere("Couldn't find this account")
    return creator


def owner_page(
    request: Request,
    template: str,
    tab: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
) -> Response:
    """A page of the creator's phone, with one of its tabs open."""
    creator = owner(request)
    drafts = show.drafts_of(world_of(request), creator.username)
    shared = {"creator": creator, "tab": tab, "waiting": show.count_to_finish(drafts)}
    return page(request, template, shared | dict(values), status=status)


def not_there(endpoint: Endpoint) -> Endpoint:
    """Answer what does not exist with a page."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except NotThere as missing:
            return page(request, "not_there.html", {"text": str(missing)}, status=404)

    return answered
