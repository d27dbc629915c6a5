"""Reads an event whose signature was found right. Without a network.

Source: webhooks-overview, webhooks-events, content-posting-api-reference-get-video-status (2026).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypedDict, cast

from tiktok_client.errors import EventMalformed
from tiktok_client.models.events import (
    AuthorizationRemoved,
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
from tiktok_client.models.posting import FailReason

__all__ = ["read_event"]


class Common(TypedDict):
    """What goes into every event."""

    client_key: str
    event: str
    created_at: datetime
    user_openid: str | None
    fingerprint: str
    content: Mapping[str, object]
    raw: Mapping[str, object]


Content = Mapping[str, object]


def read_event(raw_body: bytes) -> Event:
    """Read a message. Raises EventMalformed, naming the field, if it is not as the pages say.

    spec: webhook.envelope, webhook.envelope.content-is-text
    spec: webhook.envelope.create-time, webhook.envelope.user-openid
    """
    whole = _object(raw_body)
    if whole is None:
        raise EventMalformed("the message is not a JSON object")
    name = _text(whole, "event")
    content = whole.get("content")
    found = _content(content)
    common = Common(
        client_key=_text(whole, "client_key"),
        event=name,
        created_at=_moment(whole.get("create_time")),
        user_openid=_optional_text(whole, "user_openid"),
        fingerprint=_fingerprint(whole, raw_body),
        content={} if found is None else found,
        raw=whole,
    )
    read = READERS.get(name)
    if read is None:
        return UnknownEvent(**common)
    if found is None:
        raise EventMalformed(f"the content of {name} is not a JSON object in text")
    return read(common, found)


def _removed(common: Common, content: Content) -> Event:
    number = content.get("reason")
    reason = next((one for one in RemovedReason if one == number), RemovedReason.UNKNOWN)
    return AuthorizationRemoved(**common, reason=reason)


def _upload_failed(common: Common, content: Content) -> Event:
    return VideoUploadFailed(**common, share_id=_id(content, "share_id"))


def _share_published(common: Common, content: Content) -> Event:
    return VideoPublishCompleted(**common, share_id=_id(content, "share_id"))


def _download_ready(common: Common, content: Content) -> Event:
    return PortabilityDownloadReady(**common, request_id=_id(content, "request_id"))


def _failed(common: Common, content: Content) -> Event:
    raw_reason = _optional_text(content, "reason")
    known = raw_reason in frozenset(FailReason)
    return PublishFailed(
        **common,
        publish_id=_text(content, "publish_id"),
        publish_type=_publish_type(content),
        reason=FailReason(raw_reason) if known else FailReason.UNKNOWN,
        raw_reason=raw_reason,
    )


def _complete(common: Common, content: Content) -> Event:
    publish_id = _text(content, "publish_id")
    return PublishComplete(**common, publish_id=publish_id, publish_type=_publish_type(content))


def _delivered(common: Common, content: Content) -> Event:
    publish_id = _text(content, "publish_id")
    return InboxDelivered(**common, publish_id=publish_id, publish_type=_publish_type(content))


def _public(common: Common, content: Content) -> Event:
    return PubliclyAvailable(
        **common,
        publish_id=_text(content, "publish_id"),
        publish_type=_publish_type(content),
        post_id=_id(content, "post_id"),
    )


def _not_public(common: Common, content: Content) -> Event:
    return NoLongerPubliclyAvailable(
        **common,
        publish_id=_optional_text(content, "publish_id"),
        publish_type=_publish_type(content),
        post_id=_id(content, "post_id"),
    )


READERS: Mapping[str, Callable[[Common, Content], Event]] = MappingProxyType(
    {
        "authorization.removed": _removed,
        "video.upload.failed": _upload_failed,
        "video.publish.completed": _share_published,
        "portability.download.ready": _download_ready,
        "post.publish.failed": _failed,
        "post.publish.complete": _complete,
        "post.publish.completed": _complete,
        "post.publish.inbox_delivered": _delivered,
        "post.publish.publicly_available": _public,
        "post.publish.no_longer_publicaly_available": _not_public,
    }
)


def _object(text: bytes | str) -> Mapping[str, object] | None:
    try:
        # json reads integers exactly, however long: 64-bit ids survive.
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else None


def _content(value: object) -> Mapping[str, object] | None:
    """The object in the text; an object that was not made into text is taken as well."""
    if isinstance(value, str):
        return _object(value)
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else None


def _fingerprint(whole: Mapping[str, object], raw_body: bytes) -> str:
    content = whole.get("content")
    if not isinstance(content, str):
        return hashlib.sha256(raw_body).hexdigest()
    told = [whole["event"], whole["create_time"], whole.get("user_openid"), content]
    return hashlib.sha256(json.dumps(told).encode("ascii")).hexdigest()


def _moment(value: object) -> datetime:
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            pass
    raise EventMalformed("field create_time is missing or not a time in seconds")


def _text(of: Mapping[str, object], name: str) -> str:
    value = of.get(name)
    if not isinstance(value, str) or not value:
        raise EventMalformed(f"field {name} is missing or not text")
    return value


def _optional_text(of: Mapping[str, object], name: str) -> str | None:
    return _text(of, name) if of.get(name) not in (None, "") else None


def _id(of: Mapping[str, object], name: str) -> str:
    """An id as text, whether it came as text or as a number."""
    value = of.get(name)
    return str(value) if type(value) is int else _text(of, name)


def _publish_type(content: Content) -> PublishType | str | None:
    said = _optional_text(content, "publish_type")
    return PublishType(said) if said in frozenset(PublishType) else said
