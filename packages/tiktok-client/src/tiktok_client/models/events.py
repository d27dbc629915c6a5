"""What TikTok tells on its own: one class for each event of its webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from .posting import FailReason

__all__ = [
    "AuthorizationRemoved",
    "Envelope",
    "Event",
    "InboxDelivered",
    "NoLongerPubliclyAvailable",
    "PortabilityDownloadReady",
    "PubliclyAvailable",
    "PublishComplete",
    "PublishFailed",
    "PublishType",
    "RemovedReason",
    "UnknownEvent",
    "VideoPublishCompleted",
    "VideoUploadFailed",
]


class PublishType(StrEnum):
    """How a post came to TikTok. Others than these stay plain text.

    spec: webhook.publish-type
    Source: content-posting-api-reference-get-video-status (2026); DIRECT_PUBLISH observed 2026-02.
    """

    INBOX_SHARE = "INBOX_SHARE"
    DIRECT_PUBLISH = "DIRECT_PUBLISH"


class RemovedReason(IntEnum):
    """Why an app lost a person. A number that no page lists reads as UNKNOWN.

    spec: webhook.removed-reasons
    Source: webhooks-events (2026).
    """

    UNKNOWN = 0
    DISCONNECTED = 1  # the person disconnected the app in TikTok
    ACCOUNT_DELETED = 2
    AGE_CHANGED = 3
    ACCOUNT_BANNED = 4
    REVOKED = 5  # the app itself gave the token back


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What every event has.

    `event` is TikTok's name for it, `user_openid` the person (None where an event has none).
    `created_at` is when it happened, in whole seconds, UTC. `content` is the event's own object,
    unknown keys included, and `raw` the whole message.

    Events come at least once and have no id. `fingerprint` is the same text for the same event
    delivered again: keep those you have acted on, for at least three days.

    spec: webhook.envelope, webhook.envelope.create-time, webhook.envelope.user-openid
    spec: webhook.delivery.duplicates
    Source: webhooks-overview, webhooks-events (2026).
    """

    client_key: str
    event: str
    created_at: datetime
    user_openid: str | None
    fingerprint: str = field(repr=False)
    content: Mapping[str, object] = field(repr=False)
    raw: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRemoved(Envelope):
    """The person and the app are parted; the tokens are dead already.

    spec: webhook.event.authorization.removed
    """

    reason: RemovedReason


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoUploadFailed(Envelope):
    """A video of the older Video Kit or Share Kit did not arrive.

    spec: webhook.event.video.upload.failed
    """

    share_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPublishCompleted(Envelope):
    """The person has published a video of the older Video Kit or Share Kit.

    spec: webhook.event.video.publish.completed
    """

    share_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortabilityDownloadReady(Envelope):
    """A Data Portability archive can be fetched. `user_openid` can be missing.

    spec: webhook.event.portability.download.ready
    """

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFailed(Envelope):
    """A post or draft failed, or was cancelled. `reason.advice` says what to do.

    `raw_reason` is the word on the wire; None if there was none.

    spec: webhook.event.post.publish.failed
    """

    publish_id: str
    publish_type: PublishType | str | None
    reason: FailReason
    raw_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishComplete(Envelope):
    """A Direct Post is out, or the person has posted a draft: drafts can say so several times.

    TikTok's pages write both `post.publish.complete` and `post.publish.completed`.

    spec: webhook.event.post.publish.complete
    """

    publish_id: str
    publish_type: PublishType | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxDelivered(Envelope):
    """A draft lies in the person's inbox.

    spec: webhook.event.post.publish.inbox_delivered
    """

    publish_id: str
    publish_type: PublishType | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PubliclyAvailable(Envelope):
    """Everyone can see a post: it passed moderation, or was made public later.

    spec: webhook.event.post.publish.publicly_available, webhook.post-id-text
    """

    publish_id: str
    publish_type: PublishType | str | None
    post_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLongerPubliclyAvailable(Envelope):
    """Not everyone can see a post any more. TikTok's name for it is misspelled, and stays so here.

    `publish_id` is None where TikTok leaves it out, as one of its pages does.

    spec: webhook.event.post.publish.no_longer_publicaly_available, webhook.post-id-text
    """

    publish_id: str | None
    publish_type: PublishType | str | None
    post_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Envelope):
    """An event that this package does not know. `content` is empty if it was not an object.

    An app is subscribed to all events, so answer 200 to these too.
    """


Event = (
    AuthorizationRemoved
    | InboxDelivered
    | NoLongerPubliclyAvailable
    | PortabilityDownloadReady
    | PubliclyAvailable
    | PublishComplete
    | PublishFailed
    | UnknownEvent
    | VideoPublishCompleted
    | VideoUploadFailed
)
