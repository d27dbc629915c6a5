"""`/v1/accounts/{accountId}/tiktok/creator-info`: what a creator may do now."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import Query

from postwright.api.accounts.routes import AccountId, account_of
from postwright.api.caller import Reader
from postwright.api.parts import Parts, PartsOf
from postwright.api.routing import routes
from postwright.api.wire.creator import (
    CommercialContentType,
    Creator,
    CreatorInfo,
    Interaction,
    Interactions,
    PostingLimits,
    PrivacyLevel,
)
from postwright.connections import facts
from postwright.connections.models import Connection
from postwright.errors import Conflict, NetworkTrouble
from postwright.kit.text import sentence
from postwright.publishing.creator import Unknown, creator_facts

router = routes("Accounts")

_ALONE: Final = "SELF_ONLY"
_EVER = timedelta(days=3650)
_LABELS: Final = {
    "PUBLIC_TO_EVERYONE": "Everyone",
    "MUTUAL_FOLLOW_FRIENDS": "Friends",
    "FOLLOWER_OF_CREATOR": "Followers",
    "SELF_ONLY": "Only me",
}
_COMMERCIAL: Final = (
    CommercialContentType(value="none", label="Promotes nothing", requires=[]),
    CommercialContentType(value="brand_organic", label="Promotes your own business", requires=[]),
    CommercialContentType(
        value="brand_content",
        label="Promotes another brand, in a paid partnership",
        requires=[],
    ),
)


class PostType(StrEnum):
    """What is to be posted."""

    VIDEO = "video"
    PHOTO = "photo"


class NotTikTok(Conflict):
    """The account is not on TikTok."""

    code = "other_network"


@router.get(
    "/accounts/{accountId}/tiktok/creator-info",
    summary="What a TikTok creator may do now",
    operation_id="get_creator_info",
)
async def get_creator_info(
    account_id: AccountId,
    caller: Reader,
    parts: PartsOf,
    *,
    media_type: Annotated[
        PostType, Query(alias="mediaType", description="What is to be posted.")
    ] = PostType.VIDEO,
) -> CreatorInfo:
    """What TikTok lets the creator choose now. What it said in the last five minutes counts.

    A form has to offer these privacy levels, and no other one, without a default. If TikTok lets
    the creator post no more for now, `canPostMore` is false, and the rest is what it said last.
    """
    async with parts.database.transaction() as session:
        account = await account_of(session, caller, account_id)
    if account.platform != "tiktok":
        raise NotTikTok(f"@{account.handle} is not on TikTok.", param="accountId")
    known = await creator_facts(parts.accounts, account)
    if not isinstance(known, Unknown):
        return _shown(account, known, media_type, "")
    if not known.is_capped:
        raise NetworkTrouble(
            f"What @{account.handle} may do now is not known.", why=sentence(known.why)
        )
    return _shown(account, await _last_known(parts, account), media_type, known.why)


async def _last_known(parts: Parts, account: Connection) -> dict[str, Any]:
    async with parts.database.transaction() as session:
        known = await facts.cached(session, account.workspace_id, account.id, at_most=_EVER)
    return known or {}


def _shown(
    account: Connection, known: dict[str, Any], media_type: PostType, capped: str
) -> CreatorInfo:
    levels: list[str] = known.get("privacy_options", [])
    return CreatorInfo(
        creator=Creator(
            nickname=known.get("nickname") or account.display_name or None,
            username=known.get("username") or account.handle,
            # Of old facts it leads nowhere any more.
            avatar_url=None if capped else known.get("avatar_url"),
            can_post_more=not capped,
        ),
        privacy_levels=[
            PrivacyLevel(value=level, label=_LABELS.get(level, level)) for level in levels
        ],
        posting_limits=PostingLimits(
            max_video_duration_sec=known.get("max_duration_s"),
            interaction_settings=_interactions(known, media_type) if known else None,
        ),
        commercial_content_types=[
            each.model_copy(update={"requires": [one for one in levels if one != _ALONE]})
            if each.value == "brand_content"
            else each
            for each in _COMMERCIAL
        ],
        message=sentence(capped) or None,
    )


def _interactions(known: dict[str, Any], media_type: PostType) -> Interactions:
    def told(name: str) -> Interaction:
        return Interaction(available=not known.get(f"{name}_disabled", False), default=False)

    is_video = media_type is PostType.VIDEO
    return Interactions(
        comment=told("comment"),
        duet=told("duet") if is_video else None,
        stitch=told("stitch") if is_video else None,
    )
