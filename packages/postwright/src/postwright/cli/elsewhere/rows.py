"""What a service tells, as the rows that it has them in; no database here holds them."""

from datetime import datetime

from postwright.api.wire.accounts import AccountOut
from postwright.api.wire.api_keys import KeyOut
from postwright.api.wire.health import AccountHealth, PauseOut
from postwright.api.wire.media import MediaOut, MediaType
from postwright.api.wire.publications import PublicationAttempt, PublicationFile, PublicationOut
from postwright.connections.models import Connection, Credential
from postwright.media.models import MediaFile, MediaKind
from postwright.posts.models import Post
from postwright.publishing.models import AttemptRow, Pause, Publication
from postwright.publishing.queries import Overview
from postwright.workspaces.models import ApiKey

_KINDS = {MediaType.IMAGE: MediaKind.PHOTO, MediaType.VIDEO: MediaKind.VIDEO}


def overview_of(told: PublicationOut) -> Overview:
    """A publication with what it is made of."""
    publication = Publication(
        id=told.id,
        post_id=told.post_id,
        connection_id=told.account_id,
        kind=told.kind,
        mode=told.mode,
        source=told.source,
        state=told.state,
        hold_reason=told.hold_reason,
        end_code=told.end_code,
        detail=told.detail,
        publish_at=told.publish_at,
        timezone=told.timezone,
        if_missed=told.if_missed,
        expected_at=told.expected_at,
        finished_at=told.finished_at,
        cancel_requested_at=told.cancel_requested_at,
        caption=told.caption,
        settings=told.settings,
        report=told.settings_report,
        content_version=told.content_version,
        version=told.revision,
        visibility=told.visibility,
        post_ids=told.post_ids,
        post_url=told.url,
    )
    return Overview(
        publication,
        Post(id=told.post_id, client_key=told.client_key),
        Connection(id=told.account_id, handle=told.username),
        tuple(_file_of(file) for file in told.files),
        None if told.attempt is None else _attempt_of(told.attempt),
    )


def _file_of(told: PublicationFile) -> MediaFile:
    return MediaFile(
        id=told.media_id, name=told.name, sha256=told.sha256, size_bytes=told.size_bytes
    )


def _attempt_of(told: PublicationAttempt) -> AttemptRow:
    return AttemptRow(
        number=told.number,
        publish_id=told.publish_id,
        sent_offset=told.sent_bytes,
        progress_bytes=told.progress_bytes,
        last_byte_at=told.last_byte_at,
    )


def media_of(told: MediaOut) -> MediaFile:
    """A file that is kept; of one that is not here yet, what there is."""
    return MediaFile(
        id=told.id,
        kind=_KINDS.get(told.type or MediaType.VIDEO),
        sha256=told.sha256 or "",
        size_bytes=told.size or 0,
        name=told.filename,
        content_type=told.mime_type or "",
        probe=told.probe or {},
        original_id=told.original_id,
        changes=told.changes,
        created_at=told.created_at,
        used_at=told.used_at or told.created_at,
        removed_at=told.removed_at,
    )


def connection_of(told: AccountOut) -> Connection:
    """An account."""
    return Connection(
        id=told.id,
        profile_id=told.profile_id,
        platform=told.platform,
        external_id=told.platform_user_id,
        handle=told.username,
        display_name=told.display_name,
        scopes=told.scopes,
        purposes=[each.value for each in told.purposes],
        granted=[each.value for each in told.granted],
        state=told.state,
        state_detail=told.state_detail,
        created_at=told.created_at,
        connected_at=told.connected_at,
        disconnected_at=None,
    )


def credential_of(told: AccountHealth) -> Credential | None:
    """How long an account's authorisation lasts; None if it has ended."""
    token = told.token_status
    if token.access_token_expires_at is None or token.expires_at is None:
        return None
    return Credential(
        access_expires_at=token.access_token_expires_at, refresh_expires_at=token.expires_at
    )


def pauses_of(told: AccountHealth) -> list[Pause]:
    """The pauses that an account is under."""
    return [_pause_of(each, told.account_id) for each in told.pauses]


def _pause_of(told: PauseOut, account_id: str) -> Pause:
    return Pause(
        workspace_id=None if told.of == "everything" else "there",
        connection_id=account_id if told.of == "account" else None,
        reason=told.reason,
        actor=told.by,
        created_at=told.since,
    )


def key_of(told: KeyOut, revoked_at: datetime | None = None) -> ApiKey:
    """An API key."""
    profiles = told.profile_ids
    return ApiKey(
        id=told.id,
        name=told.name,
        preview=told.key_preview,
        scope=told.access,
        profile_ids=None if profiles is None else [each.id for each in profiles],
        created_by=told.created_by.id,
        created_at=told.created_at,
        last_used_at=told.last_used_at,
        expires_at=told.expires_at,
        revoked_at=revoked_at,
    )
