"""Opening a post of photos, or a draft of one: without a network.

Source: content-posting-api-reference-photo-post, 2026-09-11.
"""

from collections.abc import Sequence

from tiktok_client.endpoints import Endpoints
from tiktok_client.models.photos import PhotoDraft, PhotoPost

from .posting import check_address, post_json
from .wire import Request

__all__ = ["init_inbox_photos", "init_photos", "photo_info", "photo_source"]

PATH = "/v2/post/publish/content/init/"


def init_photos(endpoints: Endpoints, token: str, post: PhotoPost) -> Request:
    """Open a Direct Post of photos. `is_aigc` stands at the top, as nowhere else.

    spec: photo.init, photo.init.media-type, photo.init.post-mode, photo.init.is-aigc
    spec: photo.init.scope-by-mode, photo.init.unaudited-public
    """
    body = {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": photo_info(post),
        "source_info": photo_source(endpoints, post.photo_urls, post.cover_index),
        "is_aigc": post.is_aigc,
    }
    return post_json("photo.init", endpoints.api + PATH, token, body)


def init_inbox_photos(endpoints: Endpoints, token: str, draft: PhotoDraft) -> Request:
    """Send photos to the creator's inbox; everything but the texts is theirs to choose.

    spec: photo.init.post-mode, photo.init.scope-by-mode, photo.init.app-version
    """
    body = {
        "media_type": "PHOTO",
        "post_mode": "MEDIA_UPLOAD",
        "post_info": _texts(draft),
        "source_info": photo_source(endpoints, draft.photo_urls, draft.cover_index),
    }
    return post_json("photo.init", endpoints.api + PATH, token, body)


def photo_info(post: PhotoPost) -> dict[str, str | bool]:
    """What is said about the post, in TikTok's words. A photo has no duet, stitch or cover time.

    spec: photo.init.privacy-required-direct, photo.init.disable-comment
    spec: photo.init.auto-add-music, photo.init.brand-content, photo.init.brand-organic
    spec: photo.init.video-fields-refused
    """
    return {
        **_texts(post),
        "privacy_level": str(post.privacy_level),
        "disable_comment": not post.allow_comment,
        "auto_add_music": post.auto_add_music,
        "brand_content_toggle": post.brand_content,
        "brand_organic_toggle": post.brand_organic,
    }


def photo_source(
    endpoints: Endpoints, urls: Sequence[str], cover_index: int
) -> dict[str, str | int | list[str]]:
    """Where the photos are. TikTok fetches them; there is no upload of photos.

    Raises ValueError for an address that TikTok would never fetch from.

    spec: photo.init.source, photo.init.photo-images, photo.init.cover-index
    """
    for index, url in enumerate(urls):
        check_address(endpoints, f"photo_urls[{index}]", url)
    return {
        "source": "PULL_FROM_URL",
        "photo_images": list(urls),
        "photo_cover_index": cover_index,
    }


def _texts(post: PhotoPost | PhotoDraft) -> dict[str, str]:
    """What was said in words; what was not is left out.

    spec: photo.init.title, photo.init.description
    """
    said = {"title": post.title, "description": post.description}
    return {name: text for name, text in said.items() if text is not None}
