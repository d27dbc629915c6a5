"""Events that TikTok sends to an app's callback address: is it TikTok, and what does it say?

    event = webhooks.verify(await request.body(), request.headers.get("TikTok-Signature"), secret)
    match event:
        case webhooks.PublishFailed(publish_id=publish_id, reason=reason):
            ...
        case webhooks.PubliclyAvailable(post_id=post_id):
            ...

No network, and no client needed. Answer HTTP 200, at once: anything else, 204 too, makes TikTok
send the event again, ever more seldom, for 72 hours. Events come at least once, in any order.

spec: webhook.delivery, webhook.delivery.only-200, webhook.delivery.retry-72h

Source: webhooks-overview, webhooks-events, webhooks-verification (2026).
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from ._operations.events import read_event
from .errors import EventMalformed, SignatureInvalid
from .limits import WEBHOOK_AGE
from .models.events import (
    AuthorizationRemoved,
    Envelope,
    Event,
    InboxDelivered,
    NoLongerPubliclyAvailable,
    PortabilityDownloadReady,
    PubliclyAvailable,
    PublishComplete,
    PublishFailed,
    PublishType,
    RemovedReason,
    UnknownEvent,
    VideoPublishCompleted,
    VideoUploadFailed,
)

__all__ = [
    "SIGNATURE_HEADER",
    "AuthorizationRemoved",
    "Envelope",
    "Event",
    "EventMalformed",
    "InboxDelivered",
    "NoLongerPubliclyAvailable",
    "PortabilityDownloadReady",
    "PubliclyAvailable",
    "PublishComplete",
    "PublishFailed",
    "PublishType",
    "RemovedReason",
    "SignatureInvalid",
    "UnknownEvent",
    "VideoPublishCompleted",
    "VideoUploadFailed",
    "verify",
]

SIGNATURE_HEADER = "TikTok-Signature"
SECONDS = re.compile(r"\d{1,11}", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def verify(
    raw_body: bytes,
    signature_header: str | None,
    client_secret: str,
    *,
    now: datetime | None = None,
    max_age: timedelta = WEBHOOK_AGE,
) -> Event:
    """Make sure that a message is TikTok's and fresh, and read it. No network.

    `raw_body` is the body byte for byte as it arrived: parsed and written again it is another one.
    `signature_header` is the value of `TikTok-Signature` (header names have no case); None, which
    most frameworks give for a missing one, is refused. `max_age` bounds how old the signature may
    be, and how far in the future by a clock that differs. `now` is there for tests.

    Raises SignatureInvalid if it is not TikTok's or not fresh (answer 401, and do nothing),
    EventMalformed if it is TikTok's but not as its pages say, and ValueError for an empty secret,
    with which anyone could sign.

    spec: webhook.signature, webhook.signature.message, webhook.signature.age
    Source: webhooks-verification (2026).
    """
    if not client_secret:
        raise ValueError("webhooks are verified with the app's client_secret; this one is empty")
    seconds, digest = _parts(signature_header or "")
    message = seconds.encode("ascii") + b"." + raw_body
    ours = hmac.new(client_secret.encode(), message, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(ours, digest):
        raise SignatureInvalid("the signature is not of this body with this secret")
    age = (now or datetime.now(UTC)) - datetime.fromtimestamp(int(seconds), UTC)
    if age > max_age:
        raise SignatureInvalid(f"signed {age} ago, and {max_age} is allowed")
    if -age > max_age:
        raise SignatureInvalid(f"signed {-age} in the future: is this machine's clock right?")
    return read_event(raw_body)


def _parts(header: str) -> tuple[str, str]:
    """The time and the digest, in any order, with blanks and parts of other names between them.

    spec: webhook.signature.header
    """
    found: dict[str, str] = {}
    for part in header.split(","):
        name, equals, value = part.partition("=")
        name = name.strip(" \t")
        if not equals or name in found:
            raise SignatureInvalid(f"the header {SIGNATURE_HEADER} is missing or malformed")
        found[name] = value.strip(" \t")
    seconds, digest = found.get("t", ""), found.get("s", "")
    if not SECONDS.fullmatch(seconds) or not DIGEST.fullmatch(digest):
        raise SignatureInvalid(f"the header {SIGNATURE_HEADER} is missing or malformed")
    return seconds, digest
