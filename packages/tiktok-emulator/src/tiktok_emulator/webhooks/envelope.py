"""What is sent: the envelope of an event, and the signature over it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

SIGNATURE_HEADER = "TikTok-Signature"

# Every event there is, with what its content holds.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "authorization.removed": ("reason",),
    "video.upload.failed": ("share_id",),
    "video.publish.completed": ("share_id",),
    "portability.download.ready": ("request_id",),
    "post.publish.failed": ("publish_id", "reason", "publish_type"),
    "post.publish.complete": ("publish_id", "publish_type"),
    "post.publish.inbox_delivered": ("publish_id", "publish_type"),
    "post.publish.publicly_available": ("publish_id", "post_id", "publish_type"),
    "post.publish.no_longer_publicaly_available": ("publish_id", "post_id", "publish_type"),
}


def content_text(content: Mapping[str, object]) -> str:
    """The `content` of an envelope: JSON inside a string. A post id in it is text.

    spec: webhook.envelope.content-is-text, webhook.post-id-text, webhook.publish-type
    Source: webhooks overview, 2026; post_id as text and publish_type observed 2026-02.
    """
    safe = {name: str(value) if name == "post_id" else value for name, value in content.items()}
    return json.dumps(safe, separators=(",", ":"))


def envelope(
    event: str, *, client_key: str, user_openid: str | None, content: str, at: datetime
) -> bytes:
    """The body of a delivery: `create_time` in whole seconds, no `user_openid` without a user.

    spec: webhook.envelope, webhook.envelope.create-time, webhook.envelope.user-openid
    spec: webhook.event.authorization.removed, webhook.event.video.upload.failed
    spec: webhook.event.video.publish.completed, webhook.event.portability.download.ready
    spec: webhook.event.post.publish.failed, webhook.event.post.publish.complete
    spec: webhook.event.post.publish.inbox_delivered
    spec: webhook.event.post.publish.publicly_available
    spec: webhook.event.post.publish.no_longer_publicaly_available
    Source: webhooks overview and webhooks events pages, 2026; status page, 2026-09.
    """
    body: dict[str, object] = {
        "client_key": client_key,
        "event": event,
        "create_time": int(at.timestamp()),
    }
    if user_openid is not None:
        body["user_openid"] = user_openid
    body["content"] = content
    return json.dumps(body, separators=(",", ":")).encode()


def signature(client_secret: str, body: bytes, at: datetime) -> str:
    """The header's value: hex HMAC-SHA256 over the moment, a dot, and the raw body.

    spec: webhook.signature, webhook.signature.header, webhook.signature.message
    spec: webhook.signature.age
    Source: webhooks verification page, 2026; hex is taken from its sample.
    """
    moment = str(int(at.timestamp()))
    signed = hmac.new(client_secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},s={signed.hexdigest()}"
