"""What a creator may do right now: options, caps, bans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.oauth.state import App
from tiktok_emulator.posting.init import GUIDELINES_TEXT
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import Aim, Creator, Post, Privacy
from tiktok_emulator.settings import Settings
from tiktok_emulator.store import World

DAY = timedelta(hours=24)
UNAUDITED_USERS = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What was posted lately, as far as caps go, at one moment."""

    now: datetime
    posts: Iterable[Post]
    publishes: Iterable[Publish]


def standing(world: World) -> Standing:
    """What was posted until now."""
    return Standing(world.clock.now(), world.posts.values(), world.publishes.values())


def privacy_options(creator: Creator) -> list[str]:
    """What may be chosen, in TikTok's order; the same for an app that is not audited.

    spec: posting.creator-info.privacy-level-options, posting.creator-info.full-options-unaudited
    Source: creator info page, 2026; unaudited observed 2026-08-01.
    """
    widest = Privacy.FOLLOWERS if creator.private else Privacy.PUBLIC
    return [widest.value, Privacy.FRIENDS.value, Privacy.SELF.value]


def facts(creator: Creator, avatar_url: str) -> dict[str, object]:
    """The `data` of creator_info.

    spec: posting.creator-info.max-duration, posting.creator-info.comment-disabled
    spec: posting.creator-info.duet-disabled, posting.creator-info.stitch-disabled
    spec: posting.creator-info.username, posting.creator-info.nickname, posting.creator-info.avatar
    Source: creator info page, 2026.
    """
    return {
        "creator_avatar_url": avatar_url,
        "creator_username": creator.username,
        "creator_nickname": creator.nickname,
        "privacy_level_options": privacy_options(creator),
        "comment_disabled": creator.comment_disabled,
        "duet_disabled": creator.duet_disabled or creator.private,
        "stitch_disabled": creator.stitch_disabled or creator.private,
        "max_video_post_duration_sec": creator.max_video_post_duration_sec,
    }


def check_ban(creator: Creator, *, status: int) -> None:
    """That the creator is not banned. `status`: 200 for creator_info, 403 for init.

    Raises:
        PostingRefusal: banned.

    spec: posting.creator-info.errors-http-200
    Source: creator info page, 2026 (HTTP 200 on purpose); direct post page, 2026-09-11.
    """
    if creator.banned:
        raise PostingRefusal(
            status,
            "spam_risk_user_banned_from_posting",
            GUIDELINES_TEXT,
            rule="error.spam_risk_user_banned_from_posting",
            why=f"@{creator.username} is banned from posting; PATCH the creator to lift it.",
        )


def check_audience(app: App, creator: Creator, privacy: str, settings: Settings) -> Privacy:
    """The privacy the post will stand with: an app that is not audited gets SELF_ONLY stored.

    Raises:
        PostingRefusal: 403, an unaudited app and a public account, or a privacy not offered.

    spec: error.unaudited_client_can_only_post_to_private_accounts
    spec: error.privacy_level_option_mismatch, posting.init.unaudited-other-privacy
    Source: direct post page and sharing guidelines, 2026-09-11; observed 2026-08-11.
    """
    if not app.posts_publicly and not creator.private:
        raise PostingRefusal(
            403,
            "unaudited_client_can_only_post_to_private_accounts",
            GUIDELINES_TEXT,
            rule="posting.init.sandbox-private" if app.sandbox else "posting.init.unaudited-public",
            why=f"the app is {'a sandbox' if app.sandbox else 'not audited'} and "
            f"@{creator.username} is a public account; make the account private, even for "
            "SELF_ONLY.",
        )
    options = privacy_options(creator)
    if not app.posts_publicly and settings.unaudited_other_privacy == "refuse":
        options = [Privacy.SELF.value]
    if privacy not in options:
        raise PostingRefusal(
            403,
            "privacy_level_option_mismatch",
            GUIDELINES_TEXT,
            rule="posting.init.privacy-mismatch",
            why=f"privacy_level is {privacy or 'missing'!r}; possible now: {', '.join(options)}.",
        )
    return Privacy(privacy) if app.posts_publicly else Privacy.SELF


def check_caps(app: App, creator: Creator, standing: Standing, *, status: int) -> None:
    """That neither the creator's daily posts nor the app's daily users are used up.

    Raises:
        PostingRefusal: with the status given, 200 for creator_info and 403 for init.

    spec: error.reached_active_user_cap
    Source: content sharing guidelines, 2026-09-11.
    """
    posted = posts_today(creator.username, standing)
    if creator.too_many_posts or posted >= creator.daily_post_cap:
        raise PostingRefusal(
            status,
            "spam_risk_too_many_posts",
            GUIDELINES_TEXT,
            rule="limits.daily-posts",
            why=f"@{creator.username} has {posted} API posts in 24 hours, by all apps, of "
            f"{creator.daily_post_cap}{' and is set to refuse' if creator.too_many_posts else ''}; "
            "the first place is free 24 hours after the oldest.",
        )
    cap = app.active_user_cap or (None if app.posts_publicly else UNAUDITED_USERS)
    active = {
        publish.username
        for publish in standing.publishes
        if publish.client_key == app.client_key
        and publish.aim is Aim.DIRECT
        and standing.now - publish.created_at < DAY
    }
    if cap is not None and creator.username not in active and len(active) >= cap:
        raise PostingRefusal(
            status,
            "reached_active_user_cap",
            GUIDELINES_TEXT,
            rule="limits.unaudited-users",
            why=f"{len(active)} users have posted with this app in 24 hours; its cap is {cap}.",
        )


def check_pending(creator: Creator, app: App, standing: Standing) -> None:
    """That not too many drafts of this creator, by this app, wait for the person.

    A draft waits from init until the person has posted it, it failed, or 24 hours are over.

    Raises:
        PostingRefusal: 403.

    spec: limits.pending-shares, inbox.video.init.caps
    Source: upload page and photo post page, 2026-09; what counts was observed 2026.
    """
    waiting = sum(
        (publish.client_key, publish.username) == (app.client_key, creator.username)
        and publish.aim is Aim.INBOX
        and publish.fail_reason is None
        and not publish.post_ids
        and standing.now - publish.created_at < DAY
        for publish in standing.publishes
    )
    if waiting >= creator.pending_share_cap:
        raise PostingRefusal(
            403,
            "spam_risk_too_many_pending_share",
            GUIDELINES_TEXT,
            rule="error.spam_risk_too_many_pending_share",
            why=f"{waiting} drafts of @{creator.username} wait to be finished, of "
            f"{creator.pending_share_cap} in 24 hours; finish one on the phone, or wait.",
        )


def posts_today(username: str, standing: Standing) -> int:
    """Direct posts of a creator in the last 24 hours, through any app.

    spec: error.spam_risk_too_many_posts
    """
    return sum(
        post.username == username and post.is_direct and standing.now - post.created_at < DAY
        for post in standing.posts
    )
