"""TikTok behind the four calls of publishing: answers and errors become outcomes."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from postwright.errors import StorageTrouble
from postwright.kit.text import storable
from postwright.media.errors import MediaDamaged, MediaMissing
from postwright.media.findings import Finding
from postwright.media.probe import VideoProbe
from postwright.platforms.base import (
    AddressDead,
    CallFacts,
    Consent,
    CreatorAnswer,
    CreatorReady,
    GrantAnswer,
    Granted,
    Identity,
    Lost,
    Media,
    NotKnown,
    OpenAnswer,
    Opened,
    OutOfStep,
    Phase,
    Plan,
    RangeRejected,
    Refusal,
    Refused,
    SendAnswer,
    Status,
    StatusAnswer,
    Stored,
    listener,
)
from postwright.platforms.tiktok.rules import check_post, check_video
from postwright.platforms.tiktok.settings import CreatorLimits, VideoSettings
from tiktok_client import (
    Advice,
    APIError,
    AppKeys,
    AppKind,
    AsyncTikTok,
    AsyncTransport,
    AuthError,
    CallRecord,
    Chunk,
    ChunkPlan,
    CreatorInfo,
    Endpoints,
    FailReason,
    InvalidRequest,
    OAuthError,
    PostingRefused,
    PublishState,
    RateLimited,
    ResponseError,
    ScopeMissing,
    ServerFault,
    SourceError,
    TokenGrant,
    TokenInvalid,
    TransportError,
    UploadError,
    UploadRefusal,
    VideoPost,
    plan_chunks,
)

_CAPS = frozenset({"spam_risk_too_many_posts", "reached_active_user_cap"})
_ACCOUNT = frozenset({"unaudited_client_can_only_post_to_private_accounts"})
_NOT_KNOWN = frozenset({"invalid_publish_id", "invalid_params", "invalid_param"})
# Codes that name the app's registration: nobody's authorisation is at fault.
_OUR_KEYS = frozenset({"invalid_client", "unauthorized_client", "invalid_scope"})
_PASSING_OAUTH = frozenset({"server_error", "temporarily_unavailable"})

_PHASES = {
    PublishState.PROCESSING_UPLOAD: Phase.PROCESSING,
    PublishState.PROCESSING_DOWNLOAD: Phase.PROCESSING,
    PublishState.SEND_TO_USER_INBOX: Phase.INBOX,
    PublishState.PUBLISH_COMPLETE: Phase.COMPLETE,
    PublishState.FAILED: Phase.FAILED,
    PublishState.UNKNOWN: Phase.UNKNOWN,
}


def transport(*, proxy: str = "") -> AsyncTransport:
    """A connection pool whose requests are told to whoever listens (see `base.listener`).

    A range on a slow line takes minutes, and after its last byte the kernel may still be sending
    for a while: what ends a call early is not these limits but the loss of its lane.
    """
    return AsyncTransport(
        proxy=proxy or None, stall_timeout_s=120.0, upload_timeout_s=1200.0, on_call=_tell
    )


def _tell(record: CallRecord) -> None:
    told = listener.get()
    if told is None:
        return
    told(
        CallFacts(
            operation=record.operation,
            started_at=record.started_at,
            elapsed_ms=record.elapsed_ms,
            http_status=record.status,
            code=storable(record.code or ""),
            log_id=storable(record.log_id or ""),
            detail=record.error or "",
        )
    )


def endpoints(base_url: str) -> Endpoints:
    """TikTok's own hosts, or everything on one base when one is given."""
    return Endpoints.at(base_url) if base_url else Endpoints()


def api_origin(base_url: str) -> str:
    """Where the API is: at TikTok, or at what stands in for it."""
    return endpoints(base_url).api


class TikTokNetwork:
    """TikTok with one registered app. Stateless but for the shared connection pool."""

    def __init__(
        self,
        keys: AppKeys,
        kind: AppKind,
        pool: AsyncTransport,
        *,
        base_url: str = "",
        min_duration_s: float = 3,
        audited: bool | None = None,
    ) -> None:
        self._keys = keys
        self._kind: AppKind = kind
        self._min_duration_s = min_duration_s
        self._audited = audited
        self._endpoints = endpoints(base_url)
        self._pool = pool
        self._base_url = base_url.rstrip("/")

    def client(self, token: str | None = None) -> AsyncTikTok:
        """The typed client, for one creator's token."""
        return AsyncTikTok(
            token=token, app=self._keys, endpoints=self._endpoints, transport=self._pool
        )

    def plan(self, size_bytes: int) -> Plan:
        """Cut a file of this size as TikTok demands. Pure."""
        cut = plan_chunks(size_bytes)
        return Plan(cut.size_bytes, cut.chunk_bytes, cut.count)

    def consent(self, redirect_uri: str, scopes: frozenset[str], *, always_ask: bool) -> Consent:
        """Begin a consent. Pure."""
        request = self.client().oauth.authorize(
            redirect_uri=redirect_uri,
            scopes=sorted(scopes),
            kind=self._kind,
            always_ask=always_ask,
        )
        return Consent(request.url, request.state, redirect_uri, scopes, request.code_verifier)

    async def exchange(self, consent: Consent, callback: str) -> GrantAnswer:
        """Trade what the browser brought back for tokens."""
        oauth = self.client().oauth
        try:
            back = oauth.read_callback(callback, expected_state=consent.state)
            grant = await oauth.exchange(
                code=back.code,
                redirect_uri=consent.redirect_uri,
                code_verifier=consent.code_verifier,
            )
        except APIError as error:
            return _no(Refusal.REQUEST, error)
        except (TransportError, ResponseError) as error:
            return _lost(error)
        return _granted(grant)

    async def identity(self, token: str) -> Identity | Refused | Lost:
        """Whose token it is, by creator_info: it needs no scope beyond publishing."""
        answer = await self.creator(token)
        if isinstance(answer, CreatorReady):
            return Identity(answer.facts["username"], answer.facts["nickname"])
        return answer

    async def refresh(self, refresh_token: str) -> GrantAnswer:
        """Trade a refresh token for new tokens."""
        try:
            grant = await self.client().oauth.refresh(refresh_token=refresh_token)
        except OAuthError as error:
            return _oauth_refused(error)
        except APIError as error:
            return _refused(error)
        except (TransportError, ResponseError) as error:
            return _lost(error)
        return _granted(grant)

    async def creator(self, token: str) -> CreatorAnswer:
        """Ask creator_info."""
        try:
            info = await self.client(token).posting.creator_info()
        except APIError as error:
            return _refused(error)
        except (TransportError, ResponseError) as error:
            return _lost(error)
        return CreatorReady(facts=creator_facts(info))

    def findings(
        self, settings: dict[str, Any], probe: dict[str, Any], facts: dict[str, Any] | None
    ) -> Sequence[Finding]:
        """What TikTok's rules say of a post, its probed video and the creator's limits. Pure."""
        limits = None if facts is None else CreatorLimits.from_facts(facts)
        video = VideoProbe(**probe)
        return (
            *check_video(video, limits, min_duration_s=self._min_duration_s),
            *check_post(
                VideoSettings.from_dict(settings),
                limits,
                duration_ms=video.duration_ms,
                audited=self._audited,
            ),
        )

    async def open(self, token: str, settings: dict[str, Any], plan: Plan) -> OpenAnswer:
        """Open a Direct Post by upload."""
        cut = ChunkPlan(plan.size_bytes, plan.chunk_bytes, plan.count)
        try:
            answer = await self.client(token).posting.init_video(VideoPost(**settings), cut)
        except APIError as error:
            return _refused(error)
        except (TransportError, ResponseError) as error:
            return _lost(error)
        return Opened(answer.publish_id, answer.upload_url, answer.log_id or "")

    async def send(
        self, upload_url: str, media: Media, plan: Plan, offset: int, tell: Callable[[int], None]
    ) -> SendAnswer:
        """Put one range. `tell` hears the offset in the file up to which bytes have left."""
        first, last = plan.range_at(offset)
        index = min(first // plan.chunk_bytes, plan.count - 1)
        chunk = Chunk(index, first, last, is_last=index == plan.count - 1)
        try:
            receipt = await self.client().posting.upload_chunk(
                upload_url,
                media.source,
                chunk,
                total_bytes=plan.size_bytes,
                content_type=media.content_type,
                on_progress=tell,
            )
        except UploadError as error:
            return _send_refused(error)
        except SourceError as error:
            return _not_read(error)
        except (TransportError, ResponseError) as error:
            return _lost(error)
        return Stored(complete=receipt.complete, received=receipt.received)

    async def status(self, token: str, publish_id: str) -> StatusAnswer:
        """Ask status/fetch."""
        try:
            answer = await self.client(token).posting.status(publish_id)
        except InvalidRequest as error:
            # Polled too early TikTok has been seen to answer with its generic code.
            return NotKnown(error.code) if error.code in _NOT_KNOWN else _refused(error)
        except APIError as error:
            return _refused(error)
        except (TransportError, ResponseError) as error:
            return _lost(error)
        reason = answer.fail_reason
        return Status(
            phase=_PHASES[answer.state],
            received=answer.uploaded_bytes,
            fail_reason=storable(answer.raw_fail_reason or ""),
            fail_is_passing=reason is FailReason.INTERNAL,
            post_ids=answer.post_ids,
            log_id=answer.log_id or "",
        )

    def post_url(self, handle: str, post_id: str) -> str:
        """Where people see the post."""
        base = self._base_url or "https://www.tiktok.com"
        return f"{base}/@{handle}/video/{post_id}"


def creator_facts(info: CreatorInfo) -> dict[str, Any]:
    """Creator info as plain JSON, in the words of the preflight rules."""
    return {
        "username": info.username,
        "nickname": info.nickname,
        "privacy_options": [str(option) for option in info.privacy_level_options],
        "max_duration_s": info.max_video_post_duration_s,
        "comment_disabled": not info.allows_comment,
        "duet_disabled": not info.allows_duet,
        "stitch_disabled": not info.allows_stitch,
    }


def _granted(grant: TokenGrant) -> Granted:
    return Granted(
        external_id=grant.open_id,
        scopes=grant.scopes,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_in=grant.expires_in,
        refresh_expires_in=grant.refresh_expires_in,
    )


def _no(refusal: Refusal, error: APIError, retry_after: timedelta | None = None) -> Refused:
    return Refused(
        refusal,
        storable(error.code),
        storable(error.message),
        storable(error.log_id or ""),
        retry_after,
    )


def _lost(error: TransportError | ResponseError) -> Lost:
    # An answer that could not be read is as good as none: TikTok may have acted.
    sent = error.sent if isinstance(error, TransportError) else True
    return Lost(sent=sent, why=storable(str(error)))


def _oauth_refused(error: OAuthError) -> Refused | Lost:
    if error.code in _PASSING_OAUTH:
        return Lost(sent=True, why=storable(str(error)))
    refusal = Refusal.REQUEST if error.code in _OUR_KEYS else Refusal.TOKEN
    return _no(refusal, error)


def _refused(error: APIError) -> Refused:
    retry_after: timedelta | None = None
    if isinstance(error, RateLimited) and error.retry_after is not None:
        retry_after = timedelta(seconds=error.retry_after)
    return _no(_refusal(error), error, retry_after)


def _refusal(error: APIError) -> Refusal:
    if error.code in _CAPS:
        return Refusal.CAP
    if error.code in _ACCOUNT:
        return Refusal.ACCOUNT
    match error:
        case RateLimited():
            return Refusal.RATE
        case TokenInvalid():
            return Refusal.TOKEN
        case ScopeMissing():
            return Refusal.SCOPE
        case ServerFault():
            return Refusal.FAULT
        case InvalidRequest() | PostingRefused() | AuthError():
            return Refusal.REQUEST
        case _:
            # A code nobody knows: its advice comes from the class, its HTTP status from TikTok.
            transient = error.advice in {Advice.RETRY, Advice.RETRY_LATER} or error.status >= 500
            return Refusal.FAULT if transient else Refusal.REQUEST


def _not_read(error: SourceError) -> SendAnswer:
    """The bytes could not be had. A store that is away comes back; a file that is gone does not."""
    cause = error.__cause__
    if isinstance(cause, StorageTrouble) and not isinstance(cause, MediaMissing | MediaDamaged):
        return Lost(sent=True, why=storable(f"{cause.what} {cause.why}"))
    return RangeRejected(storable(str(error)))


def _send_refused(error: UploadError) -> SendAnswer:
    match error.kind:
        case UploadRefusal.OUT_OF_STEP:
            return OutOfStep(error.received)
        case UploadRefusal.EXPIRED | UploadRefusal.UNKNOWN:
            return AddressDead(str(error.status))
        case UploadRefusal.REJECTED:
            return RangeRejected(storable(str(error)))
        case UploadRefusal.FAULT | UploadRefusal.OTHER:
            return Lost(sent=True, why=storable(str(error)))
