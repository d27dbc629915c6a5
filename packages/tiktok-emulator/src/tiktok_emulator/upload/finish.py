"""From the last byte to a post or a failure."""

import asyncio
from datetime import timedelta

from tiktok_emulator.posting.creator import Standing, posts_today
from tiktok_emulator.posting.state import Creator, FailReason, Outcome, Post, Privacy
from tiktok_emulator.store import World
from tiktok_emulator.upload.cover import cover_moment_ms, take_cover
from tiktok_emulator.upload.media import MediaFacts, fail_reason, probe
from tiktok_emulator.upload.state import Upload


def begin(world: World, upload: Upload) -> None:
    """Start looking into a complete upload; the PUT is answered without waiting for it."""
    outcome = _take_outcome(world, upload.username)
    task = asyncio.get_running_loop().create_task(_inspect(upload, outcome))
    world.tasks.add(task)
    task.add_done_callback(world.tasks.discard)


def _take_outcome(world: World, username: str) -> Outcome | None:
    for outcome in world.outcomes:
        if outcome.creator in (None, username):
            outcome.count -= 1
            if not outcome.count:
                world.outcomes.remove(outcome)
            return outcome
    return None


async def _inspect(upload: Upload, outcome: Outcome | None) -> None:
    upload.facts = await asyncio.to_thread(probe, upload.path)
    if upload.facts is not None:
        at_ms = cover_moment_ms(upload.info.cover_timestamp_ms, upload.facts.duration_ms)
        upload.cover = await asyncio.to_thread(take_cover, upload.path, at_ms)
    if outcome is not None:
        upload.is_stuck = outcome.fail_reason is None
        upload.ordered_failure = outcome.fail_reason
    upload.is_probed = True


def settle(world: World, upload: Upload) -> None:
    """Decide an upload if it is due: exactly one post, or a failure, and never again.

    spec: status.fetch.fail-reason
    Source: status page, 2026-09: checks are asynchronous and end in a fail_reason.
    """
    if not _is_due(world, upload):
        return
    upload.finished_at = world.clock.now()
    reason = _verdict(world, upload)
    if reason is None and upload.facts is not None:
        post = _publish(world, upload, upload.facts)
        world.posts[post.post_id] = post
        upload.post_id = post.post_id
        return
    upload.fail_reason = reason or FailReason.FILE_FORMAT
    upload.cover = None
    upload.path.unlink(missing_ok=True)


def settle_all(world: World) -> None:
    """Decide everything that is due, oldest first."""
    for upload in list(world.uploads.values()):
        settle(world, upload)


def _is_due(world: World, upload: Upload) -> bool:
    if upload.finished_at is not None or not upload.is_probed or upload.is_stuck:
        return False
    assert upload.completed_at is not None
    how = world.settings.processing
    match how.mode:
        case "immediate":
            return True
        case "after_reads":
            return upload.status_reads >= how.value
        case "after_seconds":
            return world.clock.now() - upload.completed_at >= timedelta(seconds=how.value)


def _verdict(world: World, upload: Upload) -> FailReason | None:
    """The first thing that speaks against the post."""
    creator = world.creators[upload.username]
    if upload.is_disowned:
        return FailReason.AUTH_REMOVED
    if upload.ordered_failure is not None:
        return upload.ordered_failure
    if creator.banned:
        return FailReason.USER_BANNED
    media = fail_reason(
        upload.facts,
        declared_type=upload.media_type if world.settings.content_type_must_match else None,
        longest_s=creator.max_video_post_duration_sec,
        checks_shortest=world.settings.min_duration_check,
    )
    standing = Standing(world.clock.now(), world.posts.values(), ())
    if media is None and posts_today(creator.username, standing) >= creator.daily_post_cap:
        return FailReason.TOO_MANY_POSTS
    return media


def _publish(world: World, upload: Upload, facts: MediaFacts) -> Post:
    creator: Creator = world.creators[upload.username]
    now = world.clock.now()
    is_public = upload.privacy is Privacy.PUBLIC
    moderated_at = now + timedelta(seconds=world.settings.moderation_seconds)
    return Post(
        post_id=world.ids.number(),
        publish_id=upload.publish_id,
        client_key=upload.client_key,
        username=upload.username,
        info=upload.info,
        privacy=upload.privacy,
        disable_comment=upload.info.disable_comment or creator.comment_disabled,
        disable_duet=upload.info.disable_duet or creator.duet_disabled or creator.private,
        disable_stitch=upload.info.disable_stitch or creator.stitch_disabled or creator.private,
        cover_timestamp_ms=cover_moment_ms(upload.info.cover_timestamp_ms, facts.duration_ms),
        cover=upload.cover,
        size_bytes=upload.plan.size_bytes,
        sha256=upload.digest.hexdigest(),
        media_type=facts.media_type or "",
        duration_ms=facts.duration_ms,
        width=facts.width,
        height=facts.height,
        frame_rate=facts.frame_rate,
        created_at=now,
        public_id_at=moderated_at if is_public else None,
    )
