"""The state of the world as JSON, without a token or a secret in it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from tiktok_emulator.display.control import video_facts
from tiktok_emulator.oauth.state import App, Grant
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import Photo, Post
from tiktok_emulator.pull.state import Pull
from tiktok_emulator.store import World
from tiktok_emulator.upload.state import Upload
from tiktok_emulator.webhooks.state import Delivery


def dump(world: World, base_url: str) -> dict[str, object]:
    """Everything there is, oldest first."""
    return {
        "now": world.clock.now().isoformat(),
        "apps": [_app(app) for app in world.apps.values()],
        "creators": [asdict(creator) for creator in world.creators.values()],
        "grants": [_grant(world, grant) for grant in world.grants.values()],
        "uploads": [publish_facts(publish) for publish in world.publishes.values()],
        "posts": [post_facts(world, post, base_url) for post in world.posts.values()],
        "videos": video_facts(world),
        "events": [event_facts(told) for told in world.outbox.deliveries],
    }


def event_facts(told: Delivery) -> dict[str, object]:
    """What an app was told. How often it had to be sent depends on its receiver, not on us."""
    return {
        "n": told.n,
        "event": told.event,
        "client_key": told.client_key,
        "username": told.username,
        "content": told.content,
        "told_at": told.told_at.isoformat(),
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


def publish_facts(publish: Publish) -> dict[str, object]:
    """One publish, as the dump shows it: an upload or a pull."""
    facts: dict[str, object] = {
        "publish_id": publish.publish_id,
        "client_key": publish.client_key,
        "username": publish.username,
        "medium": publish.medium,
        "publish_type": publish.aim,
        "size_bytes": publish.expected_bytes,
        "received_bytes": publish.received_bytes,
        "state": publish.state,
        "status": publish.status,
        "fail_reason": publish.fail_reason,
        "fail_why": publish.why,
        "post_id": str(publish.post_ids[0]) if publish.post_ids else None,
        "post_ids": [str(post_id) for post_id in publish.post_ids],
        "media": None if publish.facts is None else asdict(publish.facts),
        "photos": [_photo(photo) for photo in publish.photos],
        "created_at": publish.created_at.isoformat(),
        "completed_at": _iso(publish.completed_at),
        "finished_at": _iso(publish.finished_at),
    }
    if isinstance(publish, Upload):
        facts["upload_id"] = publish.upload_id
        facts["chunk_bytes"] = publish.plan.chunk_bytes
        facts["total_chunk_count"] = publish.plan.count
        facts["expires_at"] = publish.expires_at.isoformat()
    elif isinstance(publish, Pull):
        facts["urls"] = [address.url for address in publish.addresses]
        facts["deadline_at"] = publish.deadline_at.isoformat()
    return facts


def _photo(photo: Photo) -> dict[str, object]:
    facts: dict[str, object] = asdict(photo)
    del facts["path"]
    return facts


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
        "url": f"{base_url}/@{post.username}/{post.medium}/{post.post_id}",
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
        "medium": post.medium,
        "description": post.info.description,
        "auto_add_music": post.info.auto_add_music,
        "photos": [_photo(photo) for photo in post.photos],
        "cover_index": post.info.cover_index,
        "is_direct": post.is_direct,
        "deleted_at": _iso(post.deleted_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
