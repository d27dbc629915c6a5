"""A program of somebody else's: pyright, strict, must know all that it uses of the client.

It is checked with the workspace (`make types`) and, as an outsider sees it, against the installed
wheel (tests/tools/test_wheel.py). It is never run.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_never, assert_type

from tiktok_client import (
    BASIC_FIELDS,
    STATS_FIELDS,
    Advice,
    APIError,
    AppKeys,
    AsyncLimiter,
    AsyncRefreshingToken,
    AsyncSlotLimiter,
    AsyncTikTok,
    AsyncTransport,
    AuthorizeRequest,
    Callback,
    CallRecord,
    ClientToken,
    CreatorInfo,
    Endpoints,
    EventMalformed,
    FailReason,
    Opened,
    PhotoDraft,
    PhotoPost,
    PollPlan,
    PostInterrupted,
    PostProgress,
    PostResult,
    PostStage,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    RateLimited,
    RefreshingToken,
    Scope,
    SignatureInvalid,
    SlotLimiter,
    TikTok,
    TikTokError,
    TokenGrant,
    TokenProvider,
    Transport,
    TransportError,
    UploadError,
    UserField,
    UserInfo,
    Video,
    VideoField,
    VideoPage,
    VideoPost,
    VideoUpload,
    chunk_bytes_for,
    limits,
    plan_chunks,
    utf16_units,
    webhooks,
)

APP = AppKeys(client_key="aw1", client_secret="hush")
HERE = Endpoints.at("http://127.0.0.1:8700")


def seen(*things: object) -> None:
    """Somebody looks at them."""


class Cupboard:
    """A provider of one's own, without inheriting anything."""

    def __init__(self, tokens: dict[str, str]) -> None:
        self._tokens = tokens

    async def get(self) -> str:
        return self._tokens["access"]

    async def rejected(self, token: str, /) -> None:
        self._tokens.pop("access", None)


class Turnstile:
    """A limiter of one's own."""

    async def enter(self, user: str, operation: str, /) -> None:
        seen(user, operation)

    async def leave(
        self, user: str, operation: str, /, *, sent: bool, wait_s: float | None
    ) -> None:
        seen(user, operation, sent, wait_s)


class Memory:
    """A source of one's own."""

    def read(self, offset: int, size: int, /) -> bytes:
        return bytes(size)


def asked_for() -> AuthorizeRequest:
    oauth = TikTok(app=APP).oauth
    asked = oauth.authorize(
        redirect_uri="https://example.com/cb", scopes=[Scope.VIDEO_LIST, "x.y"], kind="web"
    )
    assert_type(asked.code_verifier, str | None)
    assert_type(oauth.read_callback("?code=1", expected_state=asked.state), Callback)
    return asked


async def connected(code: str, transport: AsyncTransport) -> AsyncTikTok:
    oauth = AsyncTikTok(app=APP, transport=transport).oauth
    grant = await oauth.exchange(code=code, redirect_uri="https://example.com/cb")
    assert_type(grant, TokenGrant)
    assert_type(grant.expires_in, timedelta)
    assert_type(await oauth.client_token(), ClientToken)
    await oauth.revoke(access_token=grant.access_token)
    provider: TokenProvider = Cupboard({"access": grant.access_token})
    limiter: AsyncLimiter = Turnstile()
    seen(AsyncTikTok(token=provider, limiter=limiter, user=grant.open_id))

    async def save(new: TokenGrant) -> None:
        seen(new.scopes)

    token = AsyncRefreshingToken(oauth, grant, save=save, early=timedelta(minutes=5))
    return AsyncTikTok(token=token, transport=transport, limiter=AsyncSlotLimiter(), user="u")


def watched(records: list[CallRecord]) -> Transport:
    return Transport(on_call=records.append, proxy=None, timeout_s=10)


def said(progress: PostProgress) -> None:
    match progress.stage:
        case PostStage.OPENED | PostStage.UPLOADING:
            seen(progress.sent_bytes / progress.total_bytes)
        case PostStage.PROCESSING:
            assert_type(progress.status, PublishStatus | None)
        case _:
            assert_never(progress.stage)


async def posted(tiktok: AsyncTikTok, path: Path) -> PostResult:
    info = await tiktok.posting.creator_info(timeout_s=5)
    assert_type(info, CreatorInfo)
    assert_type(info.privacy_level_options, tuple[PrivacyLevel | str, ...])
    post = VideoPost(privacy_level=info.privacy_level_options[0], title="Hello", is_aigc=True)
    seen(utf16_units(post.title or ""), limits.MAX_TITLE_UNITS)
    try:
        return await tiktok.posting.post_video(path, post, poll=PollPlan(), on_progress=said)
    except PostInterrupted as error:
        status = await tiktok.posting.wait(error.publish_id)
        return PostResult(error.publish_id, status)


async def stepwise(tiktok: AsyncTikTok, pieces: AsyncIterator[bytes]) -> FailReason | None:
    plan = plan_chunks(10_000_000, chunk_bytes_for(1e6))
    opened = await tiktok.posting.init_video(VideoPost(privacy_level=PrivacyLevel.SELF_ONLY), plan)
    assert_type(opened, VideoUpload)
    receipt = await tiktok.posting.upload(opened.upload_url, pieces, plan)
    start = receipt.received or 0
    again = await tiktok.posting.upload(opened.upload_url, Memory(), plan, start=start)
    seen(again.complete, [chunk.size_bytes for chunk in plan])
    status = await tiktok.posting.status(opened.publish_id)
    assert_type(status.state, PublishState)
    assert_type(status.post_ids, tuple[str, ...])
    assert_type(status.raw, Mapping[str, object])
    return status.fail_reason


async def pulled(tiktok: AsyncTikTok, urls: Sequence[str]) -> None:
    photos = PhotoPost(urls, PrivacyLevel.SELF_ONLY, title="Two", auto_add_music=True)
    assert_type(await tiktok.posting.init_photos(photos), Opened)
    assert_type(await tiktok.posting.post_photos(photos), PostResult)
    draft = await tiktok.posting.init_inbox_photos(PhotoDraft(urls))
    await tiktok.posting.cancel(draft.publish_id)
    assert_type(await tiktok.posting.send_video(b"bytes", content_type="video/mp4"), PostResult)


async def read(tiktok: AsyncTikTok) -> list[int]:
    info = await tiktok.display.user_info([*BASIC_FIELDS, *STATS_FIELDS, "newer"])
    assert_type(info, UserInfo)
    assert_type(info.follower_count, int | None)
    assert_type(UserField.USERNAME.scope, Scope)
    page = await tiktok.display.videos_page(max_count=5, fields=[VideoField.ID])
    assert_type(page, VideoPage)
    found = await tiktok.display.query_videos(["1"], fields=list(VideoField))
    assert_type(found, tuple[Video, ...])
    since = datetime.now(UTC) - timedelta(days=1)
    return [video.view_count or 0 async for video in tiktok.display.videos(since=since, limit=9)]


def read_without_waiting(token: str, pieces: Iterator[bytes]) -> list[str]:
    def save(new: TokenGrant) -> None:
        seen(new.open_id)

    with Transport() as transport, TikTok(app=APP, endpoints=HERE) as tiktok:
        grant = tiktok.oauth.refresh(refresh_token="rft.1")
        fresh = RefreshingToken(tiktok.oauth, grant, save=save)
        for given in (fresh, token, lambda: token):
            client = TikTok(token=given, transport=transport, limiter=SlotLimiter(), user="u")
            seen(client.posting.creator_info().nickname)
        plan = plan_chunks(100)
        receipt = tiktok.posting.upload("https://upload.tiktokapis.com/", pieces, plan)
        assert_type(receipt.complete, bool)
        with Path("clip.mp4").open("rb") as file:
            tiktok.posting.post_video(file, VideoPost(privacy_level="SELF_ONLY"))
        assert_type(tiktok.display.videos(), Iterator[Video])
        return [video.title or "" for video in tiktok.display.videos()]


def heard(body: bytes, header: str | None) -> str | None:
    try:
        event = webhooks.verify(body, header, APP.client_secret, now=datetime.now(UTC))
    except (SignatureInvalid, EventMalformed) as error:
        return str(error.advice)
    match event:
        case webhooks.PubliclyAvailable(post_id=post_id):
            return assert_type(post_id, str)
        case webhooks.PublishFailed(reason=reason, publish_type=kind):
            assert_type(kind, webhooks.PublishType | str | None)
            return assert_type(reason, FailReason).advice
        case webhooks.NoLongerPubliclyAvailable(publish_id=publish_id):
            return assert_type(publish_id, str | None)
        case webhooks.AuthorizationRemoved(reason=reason):
            return assert_type(reason, webhooks.RemovedReason).name
        case (
            webhooks.PublishComplete()
            | webhooks.InboxDelivered()
            | webhooks.PortabilityDownloadReady()
            | webhooks.VideoUploadFailed()
            | webhooks.VideoPublishCompleted()
            | webhooks.UnknownEvent()
        ):
            return event.fingerprint
        case _:
            assert_never(event)


def decided(error: TikTokError) -> float:
    match error:
        case RateLimited(retry_after=seconds):
            return assert_type(seconds, float | None) or 60.0
        case APIError(code=code, log_id=log_id):
            seen(assert_type(code, str), assert_type(log_id, str | None), error.doc_url)
        case TransportError(sent=False):
            return 1.0
        case UploadError():
            seen(error.kind, error.offset)
        case _:
            pass
    match error.advice:
        case Advice.RETRY | Advice.RETRY_LATER | Advice.ASK_STATUS:
            return 5.0
        case Advice.REAUTHORISE | Advice.FIX_INPUT | Advice.GIVE_UP:
            raise error
        case _:
            assert_never(error.advice)
