"""Upload addresses: opaque to clients, an id and a secret to us."""

import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from tiktok_emulator.store import World
from tiktok_emulator.tls.hosts import upload_base
from tiktok_emulator.upload.state import Upload

PATH = "/upload"


def make(base_url: str, upload: Upload) -> str:
    """The address for every chunk of one upload; at most 256 characters.

    It follows the way the client came in: `base_url` is scheme and host of its request.

    spec: posting.init.upload-url
    Source: direct post page, 2026-09-11; form of the query observed 2025-10.
    """
    query = urlencode({"upload_id": upload.upload_id, "upload_token": upload.upload_token})
    return f"{upload_base(base_url).rstrip('/')}{PATH}?{query}"


def find(world: World, query: Mapping[str, str]) -> Upload | None:
    """The upload an address belongs to; id and secret must both be right.

    spec: upload.put.no-auth
    """
    upload = world.uploads_by_id.get(query.get("upload_id", ""))
    token = query.get("upload_token", "").encode()
    if upload is None or not hmac.compare_digest(upload.upload_token.encode(), token):
        return None
    return upload
