"""Posts as they are answered."""

from typing import Any

from pydantic import ConfigDict, Field

from postwright.api.wire.base import At, Out, WireId, example
from postwright.api.wire.pages import Pagination
from postwright.publishing.summary import PostStatus

_AT = "2026-11-21T10:00:00.000Z"
_MEDIA: dict[str, Any] = {
    "type": "video",
    "url": "https://postwright.example.com/v1/media/media_7k3m9x2q4d1f/lisbon.mp4",
    "filename": "lisbon.mp4",
    "size": 10485760,
    "mimeType": "video/mp4",
    "mediaId": "media_7k3m9x2q4d1f",
    "state": "ready",
}
_TARGET: dict[str, Any] = {
    "_id": "pub_7k3m9x2q4d1f",
    "platform": "tiktok",
    "accountId": "conn_7k3m9x2q4d1f",
    "username": "demo",
    "mode": "direct",
    "status": "published",
    "scheduledFor": _AT,
    "publishedAt": _AT,
    "platformPostId": "7312345678901234567",
    "platformPostUrl": "https://www.tiktok.com/@demo/video/7312345678901234567",
    "visibility": "public",
    "publishAttempts": 1,
}
EXAMPLE: dict[str, Any] = {
    "_id": "post_7k3m9x2q4d1f",
    "userId": "key_7k3m9x2q4d1f",
    "title": "",
    "content": "Check out this amazing sunset! #sunset #nature",
    "mediaItems": [_MEDIA],
    "platforms": [_TARGET],
    "status": "published",
    "scheduledFor": _AT,
    "timezone": "UTC",
    "tags": [],
    "hashtags": [],
    "mentions": [],
    "metadata": None,
    "source": "api",
    "createdAt": _AT,
    "updatedAt": _AT,
}


class MediaItemOut(Out):
    """A file of a post."""

    type: str = Field(description="`image` or `video`.")
    url: str = Field(description="The address that stands for it here.")
    filename: str | None = Field(description="What it is called.")
    size: int | None = Field(description="Its size in bytes; null while it is not known.")
    mime_type: str | None = Field(description="What it is; null while it is not known.")
    media_id: str = Field(description="The id of the file, or of the fetch that brings it.")
    state: str = Field(description="`ready`, `fetching`, `failed` or `removed`.")


class PostFinding(Out):
    """A rule that a post does not meet."""

    kind: str = Field(description="`error` and `fixable` keep it from going out, `advice` not.")
    rule: str = Field(description="The rule's id.")
    param: str = Field(description="The field it is about; empty if it is about the account.")
    message: str = Field(description="What is wrong, in a sentence for a person.")
    measured: str | None = Field(default=None, description="What was found, with its unit.")
    limit: str | None = Field(default=None, description="What is allowed, with its unit.")
    fix: str | None = Field(default=None, description="What to do.")


class SettingOut(Out):
    """What becomes of a setting."""

    setting: str = Field(description="The setting.")
    asked: Any = Field(description="What was asked for.")
    outcome: str = Field(description="`applied`, `ignored` or `changed` by the network.")
    why: str = Field(default="", description="Why it is not applied as asked.")


class AttemptOut(Out):
    """One try of a publication."""

    number: int = Field(description="The first is 1.")
    stage: str = Field(description="How far it came.")
    publish_id: str | None = Field(description="The network's id of it.")
    code: str = Field(description="Why it ended; empty while it runs, or if it went well.")
    detail: str = Field(description="More about it, for a person.")
    created_at: At = Field(description="When it began.")
    ended_at: At | None = Field(description="When it ended.")


class TargetOut(Out):
    """A post on one account: the publication."""

    model_config = ConfigDict(json_schema_extra=example(**_TARGET))

    id: WireId = Field(description="The publication's id.")
    platform: str = Field(description="The network.")
    account_id: str = Field(description="The account's id.")
    username: str = Field(description="What the account is called there.")
    custom_content: str | None = Field(default=None, description="The text there, if it differs.")
    custom_media: list[MediaItemOut] | None = Field(
        default=None, description="The files there, if they differ."
    )
    scheduled_for: At | None = Field(
        default=None, description="When it goes out, or went; null while it is a draft."
    )
    platform_specific_data: dict[str, Any] | None = Field(
        default=None, description="The settings that were given for it alone, as they were sent."
    )
    mode: str = Field(description="`direct` onto the profile, or `draft` into the app's inbox.")
    status: str = Field(
        description="`pending`, `processing`, `uploading`, `published`, `failed`, `cancelled`; "
        "`held`: it waits, see `holdReason`; `delivered`: it is in the inbox, to be finished "
        "there; `unconfirmed`: it was sent, and nobody can prove yet whether it is out."
    )
    hold_reason: str | None = Field(default=None, description="Why it is held: a code.")
    expected_at: At | None = Field(
        default=None, description="When a held one goes on; null: when a person does something."
    )
    platform_post_id: str | None = Field(default=None, description="The post's id there.")
    platform_post_url: str | None = Field(default=None, description="Where people see it.")
    published_at: At | None = Field(default=None, description="When it was out.")
    visibility: str = Field(default="unknown", description="Who can see it, as far as is known.")
    error_message: str | None = Field(
        default=None, description="Why it failed, is held or unconfirmed, for a person."
    )
    error_code: str | None = Field(default=None, description="The same as a code.")
    error_category: str | None = Field(
        default=None,
        description="Of one that failed: `auth_expired`, `user_content`, `account_issue`, "
        "`platform_rejected`, `platform_error`, `platform_rate_limit`, `quota_exhausted`, "
        "`system_error` or `unknown`.",
    )
    error_source: str | None = Field(
        default=None, description="Who can mend it: `user`, `platform` or `system`."
    )
    advice: str | None = Field(
        default=None,
        description="What to do: `retry`, `wait`, `reconnect`, `fix`, `give_up`, `ask_status`; "
        "null: nothing.",
    )
    publish_attempts: int = Field(default=0, description="How often it was tried.")
    settings_report: list[SettingOut] = Field(
        default=[], description="What became of each setting; empty until it was sent."
    )
    attempts: list[AttemptOut] = Field(
        default=[], description="Each try, the first one first; not in lists."
    )
    preflight: list[PostFinding] = Field(
        default=[], description="What the rules say of it as it is now; not in lists."
    )


class PostOut(Out):
    """A post, and how it stands."""

    model_config = ConfigDict(json_schema_extra=example(**EXAMPLE))

    id: WireId = Field(description="Its id.")
    user_id: str = Field(description="The key that made it.")
    title: str = Field(description="Its title; may be empty.")
    content: str = Field(description="Its text; may be empty.")
    media_items: list[MediaItemOut] = Field(description="Its files, in order.")
    platforms: list[TargetOut] = Field(description="The accounts it goes to.")
    status: PostStatus = Field(
        description="How it stands as a whole. What is asked for now is `publishing` at once, and "
        "in lists under `scheduled` until it is begun. While a target is held it is `scheduled`, "
        "or `publishing` if others have gone out; `partial`: some failed."
    )
    scheduled_for: At | None = Field(description="When the first target goes out, or went.")
    timezone: str = Field(description="IANA name of the zone in which the time was chosen.")
    tags: list[str] = Field(description="For your filters.")
    hashtags: list[str] = Field(description="As they were given; not published.")
    mentions: list[str] = Field(description="As they were given; not published.")
    metadata: dict[str, Any] | None = Field(description="Yours.")
    source: str = Field(description="How it came in: `api`, `csv` or `cli`.")
    created_at: At = Field(description="When it was made.")
    updated_at: At = Field(description="When it, or how it stands, last changed.")


class PostAnswer(Out):
    """One post."""

    post: PostOut = Field(description="The post.")


class PostDone(PostAnswer):
    """A post that was made or changed."""

    message: str = Field(description="What was done.", examples=["The post is on its way."])
    is_new: bool = Field(
        default=True, description="False if a post that had its `clientKey` already was found."
    )
    warnings: list[str] = Field(
        default=[], description="What was ignored, or is not known yet; empty if nothing."
    )


class PostList(Out):
    """Posts."""

    posts: list[PostOut] = Field(description="The posts.")
    pagination: Pagination = Field(description="Which of them these are.")


class LogOut(Out):
    """Something that was done about a post: a request to the network, or a deed of somebody."""

    model_config = ConfigDict(
        json_schema_extra=example(
            at=_AT,
            kind="call",
            what="video.init",
            publicationId="pub_7k3m9x2q4d1f",
            httpStatus=200,
            code="ok",
            logId="20261121100000ABCDEF",
            elapsedMs=120,
            detail="",
            requestId="req_7k3m9x2q4d1f",
            actor=None,
            details={},
        )
    )

    at: At = Field(description="When.")
    kind: str = Field(description="`call`: a request to the network. `audit`: somebody did it.")
    what: str = Field(description="The operation, or the deed.")
    publication_id: str | None = Field(default=None, description="Which target it was about.")
    http_status: int | None = Field(default=None, description="Of a call: what came back.")
    code: str = Field(default="", description="Of a call: the network's code.")
    log_id: str = Field(default="", description="Of a call: the network's own name for it.")
    elapsed_ms: int | None = Field(default=None, description="Of a call: how long, in ms.")
    detail: str = Field(default="", description="Of a call: what the network said.")
    request_id: str | None = Field(
        default=None,
        description="The `X-Request-Id` of the request to this API that it was done for.",
    )
    actor: str | None = Field(default=None, description="Of a deed: who did it.")
    details: dict[str, Any] = Field(default={}, description="Of a deed: more about it.")


class PostLogs(Out):
    """What was done about a post, the newest first."""

    logs: list[LogOut] = Field(description="The entries.")


class RowOut(Out):
    """What became of a row of a table."""

    row_index: int = Field(description="Which row; the first one after the names is 1.")
    ok: bool = Field(description="Whether it is good, and, without `dryRun`, made.")
    created_post_id: str | None = Field(default=None, description="The post that was made of it.")
    errors: list[str] = Field(
        default=[], description="What is wrong with it, as `code` or `code:what`."
    )


class BulkOut(Out):
    """What became of a table of posts."""

    model_config = ConfigDict(
        json_schema_extra=example(
            total=2,
            valid=1,
            invalid=1,
            results=[
                {"rowIndex": 1, "ok": True, "createdPostId": "post_7k3m9x2q4d1f", "errors": []},
                {"rowIndex": 2, "ok": False, "createdPostId": None, "errors": ["no_schedule"]},
            ],
            warnings=[],
        )
    )

    total: int = Field(description="How many rows there are.")
    valid: int = Field(description="How many are good.")
    invalid: int = Field(description="How many are not.")
    results: list[RowOut] = Field(description="Each row, in order.")
    warnings: list[str] = Field(default=[], description="What was ignored.")
