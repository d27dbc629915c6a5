"""What a service tells, as the rows that it has them in; no database here holds them."""

from datetime import datetime

from postwright.api.wire.accounts import AccountOut
from postwright.api.wire.api_keys import KeyOut
from postwright.api.wire.forecast import Forecast
from postwright.api.wire.health import AccountHealth
from postwright.api.wire.media import MediaOut, MediaType
from postwright.api.wire.pauses import Paused, PauseShown
from postwright.api.wire.publications import PublicationEvidence
from postwright.connections.models import Call, Connection, Credential
from postwright.media.models import MediaFile, MediaKind
from postwright.publishing.evidence import Evidence
from postwright.publishing.forecast import Forecast as Forecasted
from postwright.publishing.inbox.models import WebhookEvent
from postwright.publishing.models import AttemptRow, Pause
from postwright.publishing.outlook import Account, Expected, Outlook
from postwright.workspaces.models import ApiKey

_KINDS = {MediaType.IMAGE: MediaKind.PHOTO, MediaType.VIDEO: MediaKind.VIDEO}


def evidence_of(told: PublicationEvidence) -> Evidence:
    """What is known of a publication."""
    return Evidence(
        tuple(AttemptRow(**dict(each)) for each in told.attempts),
        tuple(Call(**dict(each)) for each in told.calls),
        tuple(WebhookEvent(**dict(each)) for each in told.events),
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
    return [
        _pause(each.of, told.account_id, each.reason, each.by, each.since) for each in told.pauses
    ]


def pause_of(told: PauseShown) -> Pause:
    """A pause."""
    return _pause(told.of, told.account_id, told.reason, told.by, told.since)


def _pause(of: str, account_id: str | None, reason: str, by: str, since: datetime) -> Pause:
    return Pause(
        workspace_id=None if of == Paused.EVERYTHING else "there",
        connection_id=account_id if of == Paused.ACCOUNT else None,
        reason=reason,
        actor=by,
        created_at=since,
    )


def outlook_of(told: Forecast) -> Outlook:
    """When what waits goes out."""
    return Outlook(
        told.now,
        tuple(
            Expected(
                each.publication_id,
                each.post_id,
                each.account_id,
                each.username,
                each.mode,
                each.kind,
                each.publish_at,
                Forecasted(each.publication_id, each.starts_at, each.reason, each.says),
            )
            for each in told.expected
        ),
        tuple(
            Account(
                each.account_id,
                each.username,
                each.posts_most,
                each.is_learned,
                each.posts_used,
                each.drafts_used,
                each.drafts_most,
                each.capped_at,
                each.paused,
            )
            for each in told.accounts
        ),
        (),
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
