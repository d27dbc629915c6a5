"""What a person does with a draft or a post on the phone."""

from dataclasses import replace

from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.posting.creator import privacy_options
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.settle import expose, post
from tiktok_emulator.posting.state import Aim, Post, PostInfo, Privacy
from tiktok_emulator.posting.tell import tell_of_post
from tiktok_emulator.store import World


class NotPossible(EmulatorError):
    """TikTok's app would not let a person do this."""


def finish(world: World, publish: Publish, *, info: PostInfo, privacy: Privacy) -> Post:
    """Post a draft out of the inbox; each time it is done makes one more post.

    `info` is what the person wrote and ticked; the cover stays as it is.

    Raises:
        NotPossible: it is not in the inbox, or the account does not offer that privacy.

    spec: status.inbox-then-complete, status.drafts-many-ids
    Source: status page, 2026-09: a draft can yield several post ids.
    """
    if not publish.is_delivered:
        raise NotPossible(f"publish {publish.publish_id!r} is not in an inbox")
    _check_privacy(world, publish.username, privacy)
    return post(world, publish, privacy, replace(info, privacy=privacy.value))


def set_privacy(world: World, post: Post, privacy: Privacy) -> None:
    """Show a post to other people than before.

    What an app posted that has no audit stays private until it has one.

    Raises:
        NotPossible: it is deleted, not offered by the account, or held back for want of an audit.

    Source: content sharing guidelines, 2026-09-11.
    """
    if post.deleted_at is not None:
        raise NotPossible(f"post {post.post_id} is deleted")
    _check_privacy(world, post.username, privacy)
    app = world.apps.get(post.client_key)
    is_held_back = post.is_direct and app is not None and not app.audited
    if is_held_back and privacy is not Privacy.SELF:
        raise NotPossible(f"app {post.client_key!r} is not audited: its posts are SELF_ONLY")
    if privacy is post.privacy:
        return
    hide(world, post)
    post.privacy = privacy
    expose(world, post)


def delete(world: World, post: Post) -> None:
    """Delete a post; its files go with it, but not those of a draft."""
    if post.deleted_at is not None:
        return
    hide(world, post)
    post.deleted_at = world.clock.now()
    publish = world.publish_of(post)
    is_draft = publish.aim is Aim.INBOX  # stays in the inbox, to be posted again
    if not is_draft and all(world.posts[each].deleted_at for each in publish.post_ids):
        publish.delete_files()
        post.cover = None


def follow_account(world: World, username: str) -> None:
    """Let the posts for everyone follow their account: hidden with it, shown with it.

    Source: assumed; the webhook page says that a post can stop being publicly available.
    """
    is_private = world.creators[username].private
    for each in list(world.posts.values()):
        if each.username != username or each.privacy is not Privacy.PUBLIC or each.deleted_at:
            continue
        if is_private:
            hide(world, each)
        elif each.public_id_at is None:
            expose(world, each)


def hide(world: World, post: Post) -> None:
    """Take a post out of the public's sight, and say so if it was announced."""
    if post in world.in_moderation:
        world.in_moderation.remove(post)
    post.public_id_at = None
    if post.is_announced:
        post.is_announced = False
        tell_of_post(world, post, "no_longer_publicaly_available")


def _check_privacy(world: World, username: str, privacy: Privacy) -> None:
    options = privacy_options(world.creators[username])
    if privacy.value not in options:
        raise NotPossible(f"@{username} is offered {', '.join(options)}, not {privacy.value}")
