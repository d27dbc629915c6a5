"""TikTok's webhooks in common words."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, assert_never, cast

from postwright.kit.text import storable
from postwright.platforms.answers import Phase
from postwright.platforms.content import Kind
from postwright.platforms.events import (
    News,
    NotTheirs,
    OtherNews,
    Parted,
    StatusChanged,
    Told,
    WentPrivate,
    WentPublic,
)
from postwright.platforms.tiktok.links import post_url
from tiktok_client import EventMalformed, SignatureInvalid, webhooks
from tiktok_client.webhooks import RemovedReason

# TikTok gives up after 72 hours. What is much older comes from somebody who kept it.
_OLDEST = timedelta(days=7)

# TikTok's have up to 64 characters. Longer ones than this could not be looked up.
_LONGEST_ID = 500

_WHY: Mapping[RemovedReason, str] = MappingProxyType(
    {
        RemovedReason.UNKNOWN: "TikTok does not say why",
        RemovedReason.DISCONNECTED: "removed in TikTok's settings",
        RemovedReason.ACCOUNT_DELETED: "the TikTok account was deleted",
        RemovedReason.AGE_CHANGED: "the age of the TikTok account's owner has changed",
        RemovedReason.ACCOUNT_BANNED: "TikTok has banned the account",
        RemovedReason.REVOKED: "given back by the app",
    }
)


class TikTokWebhooks:
    """See `Webhooks`."""

    header = webhooks.SIGNATURE_HEADER

    def addressee(self, raw_body: bytes) -> str | None:
        """The `client_key` of the envelope."""
        key = _object(raw_body).get("client_key")
        return key if isinstance(key, str) and key and "\0" not in key else None

    def read(self, raw_body: bytes, signature: str, secret: str, now: datetime) -> Told | NotTheirs:
        """Verify the signature, then read; what is signed but odd is kept, as `OtherNews`."""
        try:
            return _told(webhooks.verify(raw_body, signature, secret, now=now), is_late=False)
        except SignatureInvalid:
            pass  # forged, or good and late
        except EventMalformed:
            return _malformed(raw_body, now)
        try:
            event = webhooks.verify(raw_body, signature, secret, now=now, max_age=_OLDEST)
        except SignatureInvalid:
            return NotTheirs()
        except EventMalformed:
            return _malformed(raw_body, now)
        return _told(event, is_late=True)

    def post_url(self, base_url: str, handle: str, post_id: str, kind: Kind) -> str:
        """See `links`."""
        return post_url(base_url, handle, post_id, kind)


def _told(event: webhooks.Event, *, is_late: bool) -> Told:
    return Told(
        event=storable(event.event),
        external_id=storable(event.user_openid or ""),
        happened_at=event.created_at,
        digest=event.fingerprint,
        is_late=is_late,
        news=_news(event),
    )


def _news(event: webhooks.Event) -> News:
    if any(
        len(getattr(event, name, None) or "") > _LONGEST_ID for name in ("publish_id", "post_id")
    ):
        return OtherNews()  # no id of anything here
    match event:
        case webhooks.AuthorizationRemoved(reason=reason):
            return Parted(_WHY[reason])
        case webhooks.PublishComplete(publish_id=publish_id):
            return StatusChanged(storable(publish_id), Phase.COMPLETE)
        case webhooks.PublishFailed(publish_id=publish_id):
            return StatusChanged(storable(publish_id), Phase.FAILED)
        case webhooks.InboxDelivered(publish_id=publish_id):
            return StatusChanged(storable(publish_id), Phase.INBOX)
        case webhooks.PubliclyAvailable(publish_id=publish_id, post_id=post_id):
            return WentPublic(storable(publish_id), storable(post_id))
        case webhooks.NoLongerPubliclyAvailable(publish_id=publish_id, post_id=post_id):
            return WentPrivate(storable(publish_id or ""), storable(post_id))
        case (
            webhooks.PortabilityDownloadReady()
            | webhooks.VideoUploadFailed()
            | webhooks.VideoPublishCompleted()
            | webhooks.UnknownEvent()
        ):
            return OtherNews()
        case _:
            assert_never(event)


def _malformed(raw_body: bytes, now: datetime) -> Told:
    """What TikTok has signed and its pages do not describe."""
    name = _object(raw_body).get("event")
    return Told(
        event=storable(name) if isinstance(name, str) and name else "malformed",
        external_id="",
        happened_at=now,
        digest=hashlib.sha256(raw_body).hexdigest(),
        is_late=False,
        news=OtherNews(),
    )


def _object(raw_body: bytes) -> Mapping[str, Any]:
    try:
        found: object = json.loads(raw_body)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}
