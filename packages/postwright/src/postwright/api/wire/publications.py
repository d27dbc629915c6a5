"""Publications on the wire: one post on one account, as the service itself sees it."""

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, StringConstraints

from postwright.api.wire.base import At, Exactly, In, Out, WireId, example
from postwright.media.models import MediaKind
from postwright.platforms.content import Mode, Source
from postwright.publishing.attempt import Stage
from postwright.publishing.cancel import Cancelling
from postwright.publishing.states import IfMissed, State, Visibility

_AT: Final = "2026-11-21T10:00:00.000Z"
_EXAMPLE: Final[dict[str, Any]] = {
    "_id": "pub_7k3m9x2q4d1f",
    "postId": "post_7k3m9x2q4d1f",
    "clientKey": "monday",
    "accountId": "conn_7k3m9x2q4d1f",
    "username": "demo",
    "kind": "video",
    "mode": "direct",
    "source": "upload",
    "state": "published",
    "publishAt": _AT,
    "finishedAt": _AT,
    "holdReason": "",
    "endCode": "",
    "detail": "",
    "timezone": "UTC",
    "caption": "Check out this amazing sunset!",
    "settings": {"privacy_level": "PUBLIC_TO_EVERYONE"},
    "settingsReport": [],
    "contentVersion": 1,
    "revision": 4,
    "files": [],
    "visibility": "public",
    "postIds": ["7312345678901234567"],
    "url": "https://www.tiktok.com/@demo/video/7312345678901234567",
}


class PublicationFile(Out):
    """A file of a publication."""

    media_id: str = Field(description="Its id.")
    name: str = Field(description="What it is called.")
    sha256: str = Field(description="The SHA-256 of its bytes, in hex.")
    size_bytes: int = Field(description="Its size in bytes.")


class PublicationAttempt(Out):
    """The latest try of a publication."""

    number: int = Field(description="The first is 1.")
    publish_id: str | None = Field(description="The network's id of it.")
    sent_bytes: int = Field(description="Bytes that the network has confirmed.")
    progress_bytes: int = Field(description="Bytes that were sent, written down now and then.")
    last_byte_at: Exactly | None = Field(description="When the last byte was sent.")


class PublicationOut(Out):
    """One post on one account: its state in the service's own words."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE))

    id: WireId = Field(description="Its id.")
    post_id: str = Field(description="The post's id.")
    client_key: str | None = Field(description="Your own name for the post, if you gave one.")
    account_id: str = Field(description="The account's id.")
    username: str = Field(description="What the account is called at the network.")
    kind: MediaKind = Field(description="`video` or `photo`.")
    mode: Mode = Field(description="`direct` onto the profile, or `draft` into the app's inbox.")
    source: Source = Field(description="How the network gets a video: `upload` or `pull`.")
    state: State = Field(description="How it stands.")
    hold_reason: str = Field(description="Why it waits, as a code; may be empty.")
    end_code: str = Field(description="How it ended, as a code; may be empty.")
    detail: str = Field(description="More about either, for a person; may be empty.")
    publish_at: Exactly = Field(description="When it goes out, or went.")
    timezone: str = Field(description="IANA name of the zone in which the time was chosen.")
    if_missed: IfMissed | None = Field(
        description="What happens if nothing runs at its time; null: as the settings say."
    )
    expected_at: Exactly | None = Field(
        description="When it goes on, if it waits and that is known."
    )
    finished_at: Exactly | None = Field(description="When it ended.")
    cancel_requested_at: Exactly | None = Field(description="When somebody asked to cancel it.")
    caption: str = Field(description="Its text.")
    settings: dict[str, Any] = Field(description="The network's own settings.")
    settings_report: list[dict[str, Any]] = Field(description="What became of each setting.")
    content_version: int = Field(description="Grows with each change of what is posted.")
    revision: int = Field(description="Grows with each change of anything.")
    files: list[PublicationFile] = Field(description="Its files, in order.")
    attempt: PublicationAttempt | None = Field(
        default=None, description="The latest try; null if there was none, and in lists."
    )
    visibility: Visibility = Field(description="Who can see it, as far as is known.")
    post_ids: list[str] = Field(description="The network's ids of what came of it.")
    url: str = Field(description="Where people see it; empty if nowhere.")


class PublicationAnswer(Out):
    """One publication."""

    publication: PublicationOut = Field(description="The publication.")


class PublicationList(Out):
    """Publications, the newest first."""

    publications: list[PublicationOut] = Field(description="The publications.")
    next: str | None = Field(description="`after` of the next page; null on the last one.")


class PublicationVersion(In):
    """What of a publication was seen."""

    model_config = ConfigDict(json_schema_extra=example(contentVersion=1))

    content_version: int | None = Field(
        default=None, ge=1, description="The one you have seen; with another one it is refused."
    )


class PublicationRetry(PublicationVersion):
    """When to publish again what has failed."""

    model_config = ConfigDict(json_schema_extra=example(publishAt=_AT))

    publish_at: At | None = Field(default=None, description="When; unset: now.")


class PublicationCancelled(PublicationAnswer):
    """A publication that was cancelled, as far as it can be."""

    how: Cancelling = Field(
        description="`done` and `stopping`: nothing of it will appear. `not_again`: the network "
        "says it failed, and it is not tried again. `asked`: the network fetches it already and is "
        "asked to stop."
    )


class PublicationChange(PublicationVersion):
    """What to change of a publication; what is not sent stays."""

    model_config = ConfigDict(
        json_schema_extra=example(publishAt="2027-01-16T10:00:00Z", caption="Better")
    )

    publish_at: At | None = Field(
        default=None, description="When it goes out; what is held goes out then, too."
    )
    timezone: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="IANA name of the zone in which the time was chosen."
    )
    caption: Annotated[str, StringConstraints(max_length=10_000)] | None = Field(
        default=None,
        description="The text there: the caption of a video, or what photos are about.",
    )
    title: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        default=None, description="The title there, where it can have one: photos can."
    )
    if_missed: IfMissed | None = Field(
        default=None,
        description="What to do if nothing runs at its time: `publish` late, `hold` or `skip` it.",
    )


class Found(StrEnum):
    """What a person has found."""

    PUBLISHED = "published"
    NOT_PUBLISHED = "not_published"


class PublicationVerdict(PublicationVersion):
    """What a person has found out about a publication whose outcome nobody could prove."""

    model_config = ConfigDict(
        json_schema_extra=example(found="published", postId="7312345678901234567")
    )

    found: Found = Field(description="Whether it is out: `published`, or `not_published`.")
    post_id: Annotated[str, StringConstraints(pattern=r"^\d{5,25}$")] | None = Field(
        default=None, description="The network's id of the post, if it was found."
    )
    url: Annotated[str, StringConstraints(max_length=2000, pattern=r"^https://")] | None = Field(
        default=None, description="The post's address, if it was found."
    )
    retry: bool = Field(
        default=False,
        description="With `not_published`: publish it again. It appears twice if that was wrong.",
    )


class EvidenceAttempt(Out):
    """A try of a publication."""

    number: int = Field(description="The first is 1.")
    stage: Stage = Field(description="How far it has come.")
    publish_id: str | None = Field(description="The network's id of it.")
    last_byte_at: Exactly | None = Field(description="When the last byte was sent.")


class EvidenceCall(Out):
    """A request to the network."""

    at: Exactly = Field(description="When.")
    operation: str = Field(description="What was asked.")
    http_status: int | None = Field(description="Of the answer; null if none came.")
    code: str = Field(description="What the network said, as a code; may be empty.")
    log_id: str = Field(description="What the network's support asks for; may be empty.")
    elapsed_ms: int = Field(description="How long it took, in milliseconds.")
    detail: str = Field(description="More about the answer; may be empty.")
    connection_id: str | None = Field(description="The account's id.")
    publication_id: str | None = Field(description="The publication's id.")
    attempt: int | None = Field(description="The number of the try.")
    request_id: str | None = Field(
        description="The X-Request-Id of the request to this API that it was made for."
    )


class EvidenceEvent(Out):
    """A webhook of the network's."""

    received_at: Exactly = Field(description="When it came.")
    event: str = Field(description="What it told, as the network calls it.")
    publish_id: str | None = Field(description="The network's id of the try that it is about.")


class PublicationEvidence(Out):
    """What is known of a publication, oldest first."""

    publication: PublicationOut = Field(description="The publication.")
    attempts: list[EvidenceAttempt] = Field(description="Its tries.")
    calls: list[EvidenceCall] = Field(description="Requests to the network for it: the last 1,000.")
    events: list[EvidenceEvent] = Field(description="Webhooks about it.")
