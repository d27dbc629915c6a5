"""Says what became of a publish and of its posts, in TikTok's words, to whoever listens."""

from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import Aim, Post
from tiktok_emulator.store import World


def tell_of_publish(world: World, publish: Publish, what: str, **more: str) -> None:
    """Announce `post.publish.<what>` with the publish_id, its type, and more.

    spec: status.fail.publish_cancelled
    Source: status page, 2026-09; for direct posts observed 2026-02.
    """
    world.tell(
        f"post.publish.{what}",
        client_key=publish.client_key,
        username=publish.username,
        content={"publish_id": publish.publish_id, "publish_type": publish.aim.value} | more,
    )


def tell_of_post(world: World, post: Post, what: str) -> None:
    """Announce `post.publish.<what>` with the post's id, which is text here.

    Source: status page, 2026-09; live payload observed 2026-02.
    """
    aim = Aim.DIRECT if post.is_direct else Aim.INBOX
    world.tell(
        f"post.publish.{what}",
        client_key=post.client_key,
        username=post.username,
        content={
            "publish_id": post.publish_id,
            "publish_type": aim.value,
            "post_id": str(post.post_id),
        },
    )
