"""Publications on the wire: one post on one account, as the service itself sees it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, PlainSerializer

from postwright.api.wire.base import At, In, Out, WireId, example
from postwright.media.models import MediaKind
from postwright.platforms.content import Mode, Source
from postwright.publishing.cancel import Cancelling
from postwright.publishing.states import IfMissed, State, Visibility

# To the microsecond: what names the same time again has to mean the same one.
_Exactly = Annotated[
    datetime, PlainSerializer(lambda at: at.astimezone(UTC).isoformat(), return_type=str)
]
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
    last_byte_at: _Exactly | None = Field(description="When the last byte was sent.")


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
    publish_at: _Exactly = Field(description="When it goes out, or went.")
    timezone: str = Field(description="IANA name of the zone in which the time was chosen.")
    if_missed: IfMissed | None = Field(
        description="What happens if nothing runs at its time; null: as the settings say."
    )
    expected_at: _Exactly | None = Field(
        description="When it goes on, if it waits and that is known."
    )
    finished_at: _Exactly | None = Field(description="When it ended.")
    cancel_requested_at: _Exactly | None = Field(description="When somebody asked to cancel it.")
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
