"""The state of the world as JSON, without a token or a secret in it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from tiktok_emulator.oauth.state import App, Grant
from tiktok_emulator.posting.state import Post
from tiktok_emulator.store import World
from tiktok_emulator.upload.state import Upload


def dump(world: World, base_url: str) -> dict[str, object]:
    """Everything there is, oldest first."""
    return {
        "now": world.clock.now().isoformat(),
        "apps": [_app(app) for app in world.apps.values()],
        "creators": [asdict(creator) for creator in world.creators.values()],
        "grants": [_grant(world, grant) for grant in world.grants.values()],
        "uploads": [upload_facts(upload) for upload in world.uploads.values()],
        "posts": [post_facts(world, post, base_url) for post in world.posts.values()],
    }


def _app(app: App) -> dict[str, object]:
    facts: dict[str, object] = asdict(app)
    del facts["client_secret"]
    return facts


def _grant(world: World, grant: Grant) -> dict[str, object]:
    now = world.clock.now()
    access = [t for t in world.access_tokens.values() if t.grant is grant and t.works(now)]
    refresh = [t for t in world.refresh_tokens.values() if t.grant is grant and t.works(now)]
    return {
        "client_key": grant.client_key,
        "username": grant.username,
        "open_id": grant.open_id,
        "scopes": list(grant.scopes),
        "granted_at": grant.granted_at.isoformat(),
        "revoked_at": _iso(grant.revoked_at),
        "living_access_tokens": len(access),
        "living_refresh_tokens": len(refresh),
        "access_expires_at": _iso(max((t.expires_at for t in access), default=None)),
        "refresh_expires_at": _iso(max((t.expires_at for t in refresh), default=None)),
    }


def upload_facts(upload: Upload) -> dict[str, object]:
    """One upload, as the dump shows it."""
    return {
        "publish_id": upload.publish_id,
        "upload_id": upload.upload_id,
        "client_key": upload.client_key,
        "username": upload.username,
        "size_bytes": upload.plan.size_bytes,
        "chunk_bytes": upload.plan.chunk_bytes,
        "total_chunk_count": upload.plan.count,
        "received_bytes": upload.received_bytes,
        "state": upload.state,
        "status": upload.status,
        "fail_reason": upload.fail_reason,
        "post_id": None if upload.post_id is None else str(upload.post_id),
        "media": None if upload.facts is None else asdict(upload.facts),
        "created_at": upload.created_at.isoformat(),
        "expires_at": upload.expires_at.isoformat(),
        "completed_at": _iso(upload.completed_at),
        "finished_at": _iso(upload.finished_at),
    }


def post_facts(world: World, post: Post, base_url: str) -> Mapping[str, object]:
    """One post, as the dump shows it. The id is a string here, so that no tool rounds it."""
    return {
        "post_id": str(post.post_id),
        "publish_id": post.publish_id,
        "username": post.username,
        "client_key": post.client_key,
        "title": post.info.title,
        "privacy_level": post.privacy,
        "requested_privacy_level": post.info.privacy,
        "sha256": post.sha256,
        "size_bytes": post.size_bytes,
        "created_at": post.created_at.isoformat(),
        "url": f"{base_url}/@{post.username}/video/{post.post_id}",
        "shows_id": post.shows_id(world.clock.now()),
        "cover_timestamp_ms": post.cover_timestamp_ms,
        "disable_comment": post.disable_comment,
        "disable_duet": post.disable_duet,
        "disable_stitch": post.disable_stitch,
        "brand_content": post.info.brand_content,
        "brand_organic": post.info.brand_organic,
        "is_aigc": post.info.is_aigc,
        "media_type": post.media_type,
        "duration_ms": post.duration_ms,
        "width": post.width,
        "height": post.height,
        "frame_rate": round(post.frame_rate, 3),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
