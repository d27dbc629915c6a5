"""Posts as they go over the wire, made of what is stored."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.media.shown import TYPES
from postwright.api.parts import Parts
from postwright.api.posts.wish import Wish, read_kept, time_kept
from postwright.api.wire.posts_shown import (
    AttemptOut,
    MediaItemOut,
    PostFinding,
    PostOut,
    SettingOut,
    TargetOut,
)
from postwright.errors import Advice
from postwright.media.findings import Finding
from postwright.media.models import IngestState, MediaFile, MediaKind
from postwright.media.references import reference
from postwright.platforms.content import Content, Kind, Plan
from postwright.posts.models import Post
from postwright.publishing.attempt import NETWORK
from postwright.publishing.awaiting import Piece
from postwright.publishing.listing import Part, Whole, attempts_of, wholes
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.reasons import advice_of, explained
from postwright.publishing.states import State
from postwright.publishing.summary import post_status

_STATUS: Final = {
    State.DRAFT: "pending",
    State.SCHEDULED: "pending",
    State.PREPARING: "processing",
    State.HELD: "held",
    State.SUBMITTING: "processing",
    State.UPLOADING: "uploading",
    State.PROCESSING: "processing",
    State.UNCONFIRMED: "unconfirmed",
    State.PUBLISHED: "published",
    State.DELIVERED: "delivered",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}
# Of one that failed: what kind of trouble it is, and who can mend it.
_CATEGORIES: Final = {
    Advice.RECONNECT: ("auth_expired", "user"),
    Advice.FIX: ("user_content", "user"),
    Advice.WAIT: ("platform_rate_limit", "platform"),
    Advice.RETRY: ("platform_error", "platform"),
    Advice.GIVE_UP: ("platform_rejected", "platform"),
    Advice.ASK_STATUS: ("unknown", "system"),
}
_OURS: Final = frozenset({"trouble", "media_missing", "media_damaged"})
_TROUBLED: Final = frozenset({State.HELD, State.UNCONFIRMED, State.FAILED})


def posts_shown(found: Sequence[Whole], parts: Parts, base: str) -> list[PostOut]:
    """Posts as lists have them."""
    return [_shown(whole, parts, base, None) for whole in found]


async def post_shown(session: AsyncSession, parts: Parts, post: Post, base: str) -> PostOut:
    """A post with its attempts, and what the rules say of it now."""
    (whole,) = await wholes(session, post.workspace_id, [post])
    ids = [part.publication.id for part in whole.parts]
    return _shown(whole, parts, base, await attempts_of(session, post.workspace_id, ids))


def new_shown(
    whole: Whole, parts: Parts, base: str, rules: Mapping[str, Sequence[Finding] | None]
) -> PostOut:
    """A post that was just stored, as `post_shown` tells it.

    `rules` is what they said of it a moment ago, by account; None where they have to be asked.
    """
    return _shown(whole, parts, base, {}, rules)


def wish_of(whole: Whole) -> Wish:
    """What was wished of a post; of one that did not come over the API, what can be told."""
    post = whole.post
    known = Wish(
        content=post.caption,
        title=post.title,
        is_draft=all(
            part.publication.state in {State.DRAFT, State.CANCELLED} for part in whole.parts
        ),
        timezone=post.timezone,
        tags=tuple(post.tags),
        hashtags=tuple(post.hashtags),
        mentions=tuple(post.mentions),
        more=post.more,
    )
    return known if post.wish is None else read_kept(post.wish, known)


def _shown(
    whole: Whole,
    parts: Parts,
    base: str,
    attempts: Mapping[str, list[AttemptRow]] | None,
    rules: Mapping[str, Sequence[Finding] | None] = MappingProxyType({}),
) -> PostOut:
    post, kept = whole.post, whole.post.wish or {}
    # As it was kept: a list has no time to make a whole wish of each.
    wished: dict[str, dict[str, Any]] = {
        each["accountId"]: each for each in kept.get("targets", ())
    }
    its = _parts(whole, wished)
    states = [_standing(part.publication, post) for part in its]
    changes = [part.publication.finished_at for part in its]
    planned = [part.publication for part in its if not _is_draft(part)]
    going = [each for each in planned if each.state is not State.CANCELLED] or planned
    return PostOut(
        id=post.id,
        user_id=post.created_by,
        title=post.title,
        content=post.caption,
        media_items=[_media(piece, base) for piece in whole.media],
        platforms=[
            _target(part, parts, base, wished.get(part.connection.id), attempts, rules=rules)
            for part in its
        ],
        status=post_status(states),
        scheduled_for=min((each.publish_at for each in going), default=time_kept(kept.get("at"))),
        timezone=post.timezone,
        tags=post.tags,
        hashtags=post.hashtags,
        mentions=post.mentions,
        metadata=post.more,
        source=post.source,
        created_at=post.created_at,
        updated_at=max([post.updated_at, *(at for at in changes if at is not None)]),
    )


def _standing(publication: Publication, post: Post) -> State:
    """Its state. What was asked for at once is on its way, also before a worker has begun it."""
    asked_at = max(publication.created_at, post.updated_at)
    is_for_now = publication.state is State.SCHEDULED and publication.publish_at <= asked_at
    return State.PREPARING if is_for_now else publication.state


def _parts(whole: Whole, wished: Collection[str]) -> list[Part]:
    """Without those that an edit has called off, or replaced by others; in the order wished for."""
    states = [part.publication.state for part in whole.parts]
    if whole.post.wish is None or (len(states) == 1 and states[0] is not State.CANCELLED):
        return list(whole.parts)
    latest = {part.connection.id: part for part in sorted(whole.parts, key=_since)}
    places = {account_id: place for place, account_id in enumerate(wished)}
    its = [
        part
        for part in whole.parts
        if part.publication.state is not State.CANCELLED
        or (part.connection.id in wished and latest[part.connection.id] is part)
    ]
    return sorted(its, key=lambda part: places.get(part.connection.id, len(places)))


def _since(part: Part) -> tuple[bool, datetime]:
    """Those that were cancelled first, then by age."""
    return part.publication.state is not State.CANCELLED, part.publication.created_at


def _is_draft(part: Part) -> bool:
    return part.publication.state is State.DRAFT


def _media(piece: Piece, base: str) -> MediaItemOut:
    if isinstance(piece, MediaFile):
        return MediaItemOut(
            type=TYPES[piece.kind],
            url=reference(base, piece.id, piece.name),
            filename=piece.name,
            size=piece.size_bytes,
            mime_type=piece.content_type,
            media_id=piece.id,
            state="ready" if piece.removed_at is None else "removed",
        )
    name = piece.shown.rpartition("/")[2] or "file"
    return MediaItemOut(
        type=TYPES[MediaKind.PHOTO if _looks_like_photo(name) else MediaKind.VIDEO],
        url=reference(base, piece.id, name),
        filename=name,
        size=piece.size_bytes,
        mime_type=None,
        media_id=piece.id,
        state="failed" if piece.state is IngestState.FAILED else "fetching",
    )


def _looks_like_photo(name: str) -> bool:
    return name.lower().rpartition(".")[2] in {"jpg", "jpeg", "png", "webp"}


def _target(
    part: Part,
    parts: Parts,
    base: str,
    wished: Mapping[str, Any] | None,
    attempts: Mapping[str, list[AttemptRow]] | None,
    *,
    rules: Mapping[str, Sequence[Finding] | None],
) -> TargetOut:
    publication, is_over = part.publication, part.publication.state.is_end
    tries = [] if attempts is None else attempts.get(publication.id, [])
    return TargetOut(
        id=publication.id,
        platform=part.connection.platform,
        account_id=part.connection.id,
        username=part.connection.handle,
        custom_content=None if wished is None else wished["content"],
        custom_media=None
        if wished is None or wished["media"] is None
        else [_media(piece, base) for piece in part.media],
        scheduled_for=None if _is_draft(part) else publication.publish_at,
        platform_specific_data=None if wished is None else wished["said"],
        mode=publication.mode,
        status=_STATUS[publication.state],
        expected_at=publication.expected_at,
        platform_post_id=publication.post_ids[0] if publication.post_ids else None,
        platform_post_url=publication.post_url or None,
        published_at=publication.finished_at if _is_out(publication) else None,
        visibility=publication.visibility,
        publish_attempts=part.attempts,
        settings_report=[SettingOut.model_validate(each) for each in publication.report],
        attempts=[_attempt(each) for each in tries],
        preflight=[]
        if attempts is None or is_over
        else _findings(part, parts, rules.get(part.connection.id)),
        **_trouble(part, parts),
    )


def _is_out(publication: Publication) -> bool:
    return publication.state in {State.PUBLISHED, State.DELIVERED}


def _trouble(part: Part, parts: Parts) -> dict[str, Any]:
    """Why it waits or has failed, and what to do."""
    publication = part.publication
    if publication.state not in _TROUBLED:
        return {}
    network = parts.accounts.networks.of_app(part.app)
    code = publication.end_code or publication.hold_reason
    known = explained(code, network.explain)
    says = publication.detail or known.says or code
    told: dict[str, Any] = {
        "hold_reason": publication.hold_reason or None,
        "error_message": says.replace(NETWORK, network.name),
        "error_code": code or None,
        "advice": advice_of(publication, network.explain),
    }
    if publication.state is State.FAILED:
        category = ("system_error", "system") if code in _OURS else _CATEGORIES[known.advice]
        told["error_category"], told["error_source"] = category
    return told


def _attempt(attempt: AttemptRow) -> AttemptOut:
    return AttemptOut(
        number=attempt.number,
        stage=attempt.stage,
        publish_id=attempt.publish_id,
        code=attempt.end_code,
        detail=attempt.detail,
        created_at=attempt.created_at,
        ended_at=attempt.ended_at,
    )


def _findings(part: Part, parts: Parts, rules: Sequence[Finding] | None) -> list[PostFinding]:
    """What the rules say now, by what is known of its files and of the creator."""
    publication, kind = part.publication, Kind(part.publication.kind.value)
    network = parts.accounts.networks.of_app(part.app)
    if rules is None:
        probes = [piece.probe for piece in part.media if isinstance(piece, MediaFile)]
        content = Content(kind, publication.mode, publication.settings, Plan(0, 0, 0))
        rules = network.findings(content, probes, part.connection.facts)
    return [
        PostFinding(
            kind=finding.kind,
            rule=finding.rule,
            param=network.field(finding, kind),
            message=finding.says,
            measured=finding.measured,
            limit=finding.limit,
            fix=finding.fix,
        )
        for finding in rules
    ]
