"""`/v1/connect`: an account, with its owner's consent in a browser."""

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller, Publisher
from postwright.api.errors import InvalidRequest
from postwright.api.failures import status_of
from postwright.api.parts import Parts, PartsOf
from postwright.api.returning import checked, page, redirect_uri, sent_back
from postwright.api.routing import routes
from postwright.api.wire.connect import ConnectUrl, Platform
from postwright.api.wire.errors import FAILURES
from postwright.connections.begun import Back, Wanted, begin, came_back
from postwright.connections.connect import PUBLISHING, Connected, finish, register_app
from postwright.connections.models import Connection
from postwright.connections.queries import find_account
from postwright.errors import AppError
from postwright.platforms.purpose import Purpose
from postwright.publishing.resume import resume_reconnected
from postwright.workspaces import profiles
from postwright.workspaces.models import Profile

router = routes("Connect")

PlatformOf = Annotated[
    Platform, Path(alias="platform", description="The network.", examples=["tiktok"])
]
_RedirectUrl = Annotated[
    str | None,
    Query(
        alias="redirectUrl",
        description="Where the browser is sent in the end: https, or http on the person's own "
        "machine. It is told `connected`, `profileId`, `accountId` and `username`, or `error` "
        "(a code) and `error_description`. Without it, the person sees a plain page.",
    ),
]
_ReconnectAccountId = Annotated[
    str | None,
    Query(
        alias="reconnectAccountId",
        description="An account that is to be connected again: with any other one nothing is "
        "changed. It is asked for what it was connected for before.",
    ),
]
_Purposes = Annotated[
    list[Purpose] | None,
    Query(
        description="What to ask the permission for, besides whose account it is; may be "
        "repeated. `publish`, unless it is said."
    ),
]
_HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}


@router.get(
    "/connect/{platform}", summary="Get an address to connect at", operation_id="get_connect_url"
)
async def get_connect_url(
    *,
    platform: PlatformOf,  # noqa: ARG001  # there is one; its app is the settings'
    request: Request,
    caller: Publisher,
    parts: PartsOf,
    profile_id: Annotated[
        str | None,
        Query(alias="profileId", description="Where a new account goes; the default profile."),
    ] = None,
    redirect_url: _RedirectUrl = None,
    redirect_url_too: Annotated[
        str | None, Query(alias="redirect_url", description="The same as `redirectUrl`.")
    ] = None,
    reconnect_account_id: _ReconnectAccountId = None,
    purposes: _Purposes = None,
) -> ConnectUrl:
    """Begin a consent: open `authUrl` in a browser of the person who owns the account.

    The network sends the browser back here, and the account is listed then; one that is known gets
    new tokens, and what waited for it goes on. The address is good once, for 30 minutes. The
    redirect address (`redirectUri`) has to be registered at the network.
    """
    back_to = redirect_url or redirect_url_too
    return_url = "" if back_to is None else checked(back_to)
    async with parts.database.transaction() as session:
        expected = await _expected(session, caller, reconnect_account_id, profile_id)
        app = await register_app(session, parts.accounts.vault, caller.workspace_id, parts.tiktok())
        wanted = Wanted(
            app=app,
            profile_id=await _profile(session, caller, profile_id)
            if expected is None
            else expected.profile_id,
            api_key_id=caller.key_id,
            purposes=_purposes(purposes, expected),
            redirect_uri=redirect_uri(app, parts.settings.web.public_url, request),
            return_url=return_url,
            expected_id=None if expected is None else expected.id,
        )
        begun = await begin(session, parts.accounts, wanted)
    return ConnectUrl(
        auth_url=begun.url,
        state=begun.state,
        expires_at=begun.expires_at,
        redirect_uri=wanted.redirect_uri,
    )


@router.get(
    "/connect/{platform}/callback",
    summary="Where the network sends browsers back to",
    operation_id="finish_connect",
    response_class=Response,
    responses={
        200: {"description": "The account is connected.", **_HTML},
        303: {"description": "The browser is sent to `redirectUrl` with what became of it."},
        400: {**FAILURES[400], "description": "No consent was begun with this state.", **_HTML},
        409: {**FAILURES[409], "description": "It is over, or another account.", **_HTML},
        502: {**FAILURES[502], "description": "The network did not answer.", **_HTML},
        503: {**FAILURES[503], **_HTML},
    },
)
async def finish_connect(
    *,
    platform: PlatformOf,
    request: Request,
    parts: PartsOf,
    state: Annotated[
        str, Query(max_length=4000, description="As `GET /v1/connect/{platform}` gave it out.")
    ] = "",
    code: Annotated[  # noqa: ARG001  # it is read from the whole query
        str, Query(max_length=4000, description="What the network gives for a consent.")
    ] = "",
    error: Annotated[  # noqa: ARG001  # as above
        str, Query(max_length=4000, description="Why there is no code: `access_denied`.")
    ] = "",
) -> Response:
    """For browsers that come from the network's consent page; needs no key.

    The state says whose consent it is, and is used up by it. The browser goes on to the
    `redirectUrl` that was given when the consent was begun, never to one that it brings itself.
    """
    try:
        async with parts.database.transaction() as session:
            back = await came_back(session, parts.accounts.vault, platform, state)
    except AppError as refused:
        return page(refused.what, refused.fix, status_of(refused))
    try:
        made = await _made(parts, back, request.url.query)
    except AppError as refused:
        return _not_made(platform, back, refused)
    if not back.return_url:
        return page(f"@{made.handle} is connected.", "You can close this window.")
    return sent_back(
        back.return_url,
        {
            "connected": platform,
            "profileId": made.profile_id,
            "accountId": made.connection_id,
            "username": made.handle,
        },
    )


async def _made(parts: Parts, back: Back, query: str) -> Connected:
    if back.problem is not None:
        raise back.problem
    made = await finish(
        parts.accounts,
        back.app,
        back.consent,
        f"?{query}",
        purposes=back.purposes,
        expected=back.expected,
        profile_id=back.profile_id,
        actor=back.api_key_id,
    )
    async with parts.database.transaction() as session:
        await resume_reconnected(session)
    return made


def _not_made(platform: Platform, back: Back, refused: AppError) -> Response:
    if not back.return_url:
        return page(refused.what, refused.why, status_of(refused))
    told = {"error": refused.code, "error_description": refused.what, "platform": platform.value}
    return sent_back(back.return_url, told)


async def _expected(
    session: AsyncSession, caller: Caller, account_id: str | None, profile_id: str | None
) -> Connection | None:
    if account_id is None:
        return None
    found = await find_account(
        session,
        caller.workspace_id,
        account_id,
        caller.within(Connection.profile_id),
        disconnected_too=True,
    )
    if profile_id not in {None, found.profile_id}:
        raise InvalidRequest(
            "The account to connect again is in another profile.", param="profileId"
        )
    return found


async def _profile(session: AsyncSession, caller: Caller, profile_id: str | None) -> str:
    if profile_id is not None:
        if not caller.reaches(profile_id):
            raise profiles.missing(profile_id)
        return (await profiles.find_profile(session, caller.workspace_id, profile_id)).id
    within = caller.within(Profile.id)
    found = await profiles.find_profiles(session, caller.workspace_id, within, limit=2)
    if caller.profile_ids is not None and len(found) != 1:
        raise InvalidRequest("Say for which profile: the key has several.", param="profileId")
    return found[0].id


def _purposes(said: list[Purpose] | None, expected: Connection | None) -> frozenset[Purpose]:
    before = () if expected is None else (Purpose(each) for each in expected.purposes)
    return frozenset({*before, *(said or ())}) or PUBLISHING
