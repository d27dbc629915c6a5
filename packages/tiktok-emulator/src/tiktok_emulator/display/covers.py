"""Addresses of cover pictures, which work for six hours."""

import hashlib
import hmac
import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from PIL import Image, ImageOps

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.store import World

_KEY = b"keeps clients from writing their own expiry; guards nothing"
DRAWN_WIDTH = 360


def make(base_url: str, post_id: int, now: datetime, lifetime_s: int) -> str:
    """The address of a cover from now on.

    spec: display.video.cover-ttl
    Source: video object page, 2026: six hours; query/list gives a new one. Its form is ours.
    """
    expires = int((now + timedelta(seconds=lifetime_s)).timestamp())
    query = urlencode({"x-expires": expires, "x-signature": _sign(post_id, str(expires))})
    return f"{base_url}/cover/{post_id}.jpeg?{query}"


def check(query: Mapping[str, str], post_id: int, now: datetime) -> None:
    """That an address was given out by us and still works.

    Raises:
        PostingRefusal: 403.
    """
    expires = query.get("x-expires", "")
    signed = hmac.compare_digest(
        _sign(post_id, expires).encode(), query.get("x-signature", "").encode()
    )
    if signed and now.timestamp() < int(expires):
        return
    raise PostingRefusal(
        403,
        "cover_expired" if signed else "cover_signature",
        "",
        rule="display.video.cover-ttl",
        why=(
            "the address is too old; video/query gives a new one."
            if signed
            else "this address was not given out like that; use cover_image_url as it is."
        ),
    )


def _sign(post_id: int, expires: str) -> str:
    return hmac.new(_KEY, f"{post_id}/{expires}".encode(), hashlib.sha256).hexdigest()[:32]


def picture(world: World, post_id: int) -> bytes | None:
    """The cover of a post or of a seeded video as a JPEG; None if there is no such video."""
    post, video = world.posts.get(post_id), world.videos.get(post_id)
    if post is not None:
        return post.cover or drawn_cover(post_id, post.width, post.height)
    return drawn_cover(post_id, video.width, video.height) if video is not None else None


def drawn_cover(post_id: int, width: int, height: int) -> bytes:
    """A JPEG for a video without pictures: two colours of its own, in its shape."""
    hue = post_id * 47 % 360
    sides = (DRAWN_WIDTH, max(1, min(4 * DRAWN_WIDTH, DRAWN_WIDTH * height // max(1, width))))
    shade = ImageOps.fit(Image.linear_gradient("L"), sides)
    image = ImageOps.colorize(shade, f"hsl({hue}, 70%, 62%)", f"hsl({(hue + 60) % 360}, 75%, 28%)")
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=85)
    return encoded.getvalue()
