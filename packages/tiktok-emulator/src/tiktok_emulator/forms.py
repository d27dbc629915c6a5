"""Takes the forms of our own pages: only those that such a page really sent."""

import secrets
from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tiktok_emulator.pages import page

Endpoint = Callable[[Request], Awaitable[Response]]
Taker = Callable[[Request, FormData], Awaitable[Response]]
MOST_FIELDS = 2_000


def takes_form(take: Taker) -> Endpoint:
    """An endpoint for a form: reads it, and refuses one that lacks the key of our pages.

    The key is made anew at each start and stands in every form as `form_key`; a page of somebody
    else's can send a form here but cannot read ours.
    """

    async def endpoint(request: Request) -> Response:
        try:
            form = await request.form(max_files=0, max_fields=MOST_FIELDS)
        except HTTPException:
            return page(request, "form_refused.html", {"is_form": False}, status=400)
        sent = str(form.get("form_key", ""))
        if not secrets.compare_digest(sent.encode(), request.app.state.form_key.encode()):
            return page(request, "form_refused.html", {"is_form": True}, status=403)
        return await take(request, form)

    return endpoint


def text(form: FormData, name: str) -> str:
    """A field without the blanks around it; empty if it was not sent."""
    return str(form.get(name, "")).strip()


def see(address: str) -> Response:
    """Send the browser to another page after a form was taken."""
    return RedirectResponse(address, 303)
