"""Announces a post to TikTok: one call, by kind, by where it goes and by who moves the bytes."""

from postwright.platforms.answers import Opened
from postwright.platforms.content import Content, Mode
from postwright.platforms.tiktok.settings import PhotoSettings, VideoSettings, read_settings
from tiktok_client import (
    AsyncTikTok,
    ChunkPlan,
    PhotoDraft,
    PhotoPost,
    VideoPost,
    VideoUpload,
)
from tiktok_client import Opened as Fetching


async def announce(client: AsyncTikTok, content: Content) -> Opened:
    """Make the one call that this content needs. Not repeatable; raises as the client does.

    Raises:
        ValueError: a setting or an address is one that TikTok never takes; nothing was sent.
    """
    chosen = read_settings(content.kind, content.mode, content.settings)
    match chosen:
        case PhotoSettings():
            answer = await _photos(client, content, chosen)
        case VideoSettings() if content.addresses:
            answer = await _pulled_video(client, content, chosen)
        case VideoSettings():
            answer = await _sent_video(client, content, chosen)
    upload_url = answer.upload_url if isinstance(answer, VideoUpload) else ""
    return Opened(answer.publish_id, upload_url, answer.log_id or "")


async def _photos(client: AsyncTikTok, content: Content, chosen: PhotoSettings) -> Fetching:
    if content.mode is Mode.DRAFT:
        draft = PhotoDraft(
            content.addresses,
            title=chosen.title or None,
            description=chosen.description or None,
            cover_index=chosen.cover_index,
        )
        return await client.posting.init_inbox_photos(draft)
    post = PhotoPost(
        content.addresses,
        chosen.privacy_level,
        title=chosen.title or None,
        description=chosen.description or None,
        cover_index=chosen.cover_index,
        allow_comment=chosen.allow_comment,
        auto_add_music=chosen.auto_add_music,
        brand_content=chosen.brand_content,
        brand_organic=chosen.brand_organic,
        is_aigc=chosen.is_aigc,
    )
    return await client.posting.init_photos(post)


async def _pulled_video(client: AsyncTikTok, content: Content, chosen: VideoSettings) -> Fetching:
    (address,) = content.addresses
    if content.mode is Mode.DRAFT:
        return await client.posting.init_inbox_video_from_url(address)
    return await client.posting.init_video_from_url(_video(chosen), address)


async def _sent_video(client: AsyncTikTok, content: Content, chosen: VideoSettings) -> VideoUpload:
    plan = content.plan
    cut = ChunkPlan(plan.size_bytes, plan.chunk_bytes, plan.count)
    if content.mode is Mode.DRAFT:
        return await client.posting.init_inbox_video(cut)
    return await client.posting.init_video(_video(chosen), cut)


def _video(chosen: VideoSettings) -> VideoPost:
    return VideoPost(
        privacy_level=chosen.privacy_level,
        title=chosen.title or None,
        allow_comment=chosen.allow_comment,
        allow_duet=chosen.allow_duet,
        allow_stitch=chosen.allow_stitch,
        cover_timestamp_ms=chosen.cover_timestamp_ms,
        brand_content=chosen.brand_content,
        brand_organic=chosen.brand_organic,
        is_aigc=chosen.is_aigc,
    )
