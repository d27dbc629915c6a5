"""From the last byte to a post, a draft in the inbox, or a failure."""

from datetime import datetime, timedelta

from tiktok_emulator.posting.creator import Standing, posts_today
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import Aim, FailReason, Medium, Post, PostInfo, Privacy
from tiktok_emulator.posting.tell import tell_of_post, tell_of_publish
from tiktok_emulator.pull.state import Pull
from tiktok_emulator.store import World
from tiktok_emulator.upload.cover import cover_moment_ms
from tiktok_emulator.upload.media import fail_reason

# The longest video that the inbox takes; people trim it to their own limit.
LONGEST_DRAFT_S = 600


def settle(world: World, publish: Publish) -> None:
    """Decide a publish if it is due: one post, one draft, or a failure, and never again.

    spec: status.fetch.fail-reason
    Source: status page, 2026-09: checks are asynchronous and end in a fail_reason.
    """
    if isinstance(publish, Pull):
        publish.give_up_if_late(world.clock.now())
    if not _is_due(world, publish):
        return
    publish.finished_at = world.clock.now()
    world.undecided.pop(publish.publish_id, None)
    reason = _verdict(world, publish)
    if reason is not None:
        publish.fail_reason = reason
        publish.delete_files()
        tell_of_publish(world, publish, "failed", reason=reason.value)
    elif publish.aim is Aim.INBOX:
        tell_of_publish(world, publish, "inbox_delivered")
    else:
        post(world, publish, publish.privacy, publish.info)


def settle_all(world: World) -> None:
    """Decide everything that is due, oldest first, and tell of posts that have become public."""
    for publish in list(world.undecided.values()):
        settle(world, publish)
    now = world.clock.now()
    for waiting in [each for each in world.in_moderation if each.shows_id(now)]:
        world.in_moderation.remove(waiting)
        announce(world, waiting)


def next_at(world: World) -> datetime | None:
    """When the next publish is decided by time alone, or the next post becomes public."""
    moments = [post.public_id_at for post in world.in_moderation]
    for publish in world.undecided.values():
        if isinstance(publish, Pull) and not publish.is_complete:
            moments.append(publish.deadline_at)
        elif publish.is_probed and not publish.is_stuck and publish.completed_at is not None:
            how = world.settings.processing
            wait_s = how.value if how.mode == "after_seconds" else 0
            if how.mode != "after_reads":
                moments.append(publish.completed_at + timedelta(seconds=wait_s))
    return min((at for at in moments if at is not None), default=None)


async def run(world: World) -> None:
    """Do what has become due."""
    settle_all(world)


def _is_due(world: World, publish: Publish) -> bool:
    if publish.finished_at is not None:
        return False
    if publish.setback is not None and not publish.is_complete:
        return True
    if publish.completed_at is None or not publish.is_probed or publish.is_stuck:
        return False
    how = world.settings.processing
    match how.mode:
        case "immediate":
            return True
        case "after_reads":
            return publish.status_reads >= how.value
        case "after_seconds":
            return world.clock.now() - publish.completed_at >= timedelta(seconds=how.value)


def _verdict(world: World, publish: Publish) -> FailReason | None:
    """The first thing that speaks against the post."""
    creator = world.creators[publish.username]
    if publish.is_disowned:
        return FailReason.AUTH_REMOVED
    if publish.ordered_failure is not None:
        return publish.ordered_failure
    if publish.setback is not None:
        return publish.setback
    if creator.banned:
        return FailReason.USER_BANNED
    reason = _video_reason(world, publish) if publish.medium is Medium.VIDEO else None
    standing = Standing(world.clock.now(), world.posts.values(), ())
    if (
        reason is None
        and publish.aim is Aim.DIRECT
        and posts_today(creator.username, standing) >= creator.daily_post_cap
    ):
        return FailReason.TOO_MANY_POSTS
    return reason


def _video_reason(world: World, publish: Publish) -> FailReason | None:
    """What the video's facts break.

    spec: inbox.video.init.duration
    Source: media transfer guide, 2026-09-11.
    """
    creator = world.creators[publish.username]
    is_draft = publish.aim is Aim.INBOX
    return fail_reason(
        publish.facts,
        declared_type=publish.media_type if world.settings.content_type_must_match else None,
        longest_s=LONGEST_DRAFT_S if is_draft else creator.max_video_post_duration_sec,
        checks_shortest=world.settings.min_duration_check,
    )


def post(world: World, publish: Publish, privacy: Privacy, info: PostInfo) -> Post:
    """Put what a publish holds on the creator's profile, and say so.

    A post for everyone is told of, and shown by status, when moderation is through.
    """
    made = _made(world, publish, privacy, info)
    world.posts[made.post_id] = made
    publish.post_ids.append(made.post_id)
    tell_of_publish(world, publish, "complete")
    expose(world, made)
    return made


def expose(world: World, made: Post) -> None:
    """Send a post for everyone through moderation; any other has no public id.

    Of a private account no post is for everyone, until the account is public again.

    spec: status.fetch.post-id-only-public
    Source: status page, 2026-09.
    """
    if made.privacy is not Privacy.PUBLIC or world.creators[made.username].private:
        made.public_id_at = None
        return
    now = world.clock.now()
    made.public_id_at = now + timedelta(seconds=world.settings.moderation_seconds)
    if made.shows_id(now):
        announce(world, made)
    else:
        world.in_moderation.append(made)


def announce(world: World, made: Post) -> None:
    """Tell that a post is public."""
    made.is_announced = True
    tell_of_post(world, made, "publicly_available")


def _made(world: World, publish: Publish, privacy: Privacy, info: PostInfo) -> Post:
    creator = world.creators[publish.username]
    shown = publish.files[0]
    made = Post(
        post_id=world.ids.number(),
        publish_id=publish.publish_id,
        client_key=publish.client_key,
        username=publish.username,
        info=info,
        privacy=privacy,
        disable_comment=info.disable_comment or creator.comment_disabled,
        disable_duet=info.disable_duet or creator.duet_disabled or creator.private,
        disable_stitch=info.disable_stitch or creator.stitch_disabled or creator.private,
        cover=publish.cover,
        size_bytes=sum(file.size_bytes for file in publish.files),
        sha256=shown.sha256,
        medium=publish.medium,
        photos=publish.photos,
        is_direct=publish.aim is Aim.DIRECT,
        created_at=world.clock.now(),
    )
    if publish.facts is not None:
        facts = publish.facts
        made.cover_timestamp_ms = cover_moment_ms(info.cover_timestamp_ms, facts.duration_ms)
        made.media_type, made.duration_ms = facts.media_type or "", facts.duration_ms
        made.width, made.height, made.frame_rate = facts.width, facts.height, facts.frame_rate
    elif publish.photos:
        cover = publish.photos[info.cover_index]
        made.media_type, made.sha256 = cover.media_type, cover.sha256
        made.width, made.height = cover.width, cover.height
    return made
