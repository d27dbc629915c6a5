"""TikTok's network against the emulator: every way to post, and every answer."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from postwright.platforms.answers import (
    Cancelled,
    CreatorReady,
    Identity,
    NotCancellable,
    Opened,
    Phase,
    Refusal,
    Refused,
    Revoked,
    Status,
    Stored,
)
from postwright.platforms.base import Asking, CallFacts, listener
from postwright.platforms.content import Content, Kind, Media, Mode, Plan, Source
from postwright.platforms.tiktok.network import TikTokNetwork
from tests.contract.desk import Desk
from tests.contract.shelf import BOTH, Shelf, photo

NOT_CUT = Plan(0, 0, 0)
VIDEO = {
    "privacy_level": "MUTUAL_FOLLOW_FRIENDS",
    "title": "Ünï 🦊 #fox",
    "allow_comment": True,
    "allow_duet": False,
    "allow_stitch": True,
    "cover_timestamp_ms": 500,
    "brand_content": True,
    "brand_organic": True,
    "is_aigc": True,
}
PHOTOS = {
    "privacy_level": "PUBLIC_TO_EVERYONE",
    "title": "Ünï 🦊",
    "description": "two #foxes",
    "cover_index": 1,
    "allow_comment": True,
    "auto_add_music": True,
    "brand_content": True,
    "brand_organic": False,
    "is_aigc": True,
}


@dataclass(frozen=True, slots=True)
class Bytes:
    content: bytes

    def read(self, offset: int, size: int, /) -> bytes:
        return self.content[offset : offset + size]


async def token(desk: Desk, username: str = "maya", scopes: tuple[str, ...] = BOTH) -> str:
    return (await desk.grant(username, scopes=scopes)).access_token


async def opened(network: TikTokNetwork, access: str, content: Content) -> Opened:
    answer = await network.open(access, content)
    assert isinstance(answer, Opened), answer
    return answer


async def decided(network: TikTokNetwork, access: str, publish_id: str) -> Status:
    for _ in range(10_000):
        status = await network.status(access, publish_id)
        assert isinstance(status, Status), status
        if status.phase is not Phase.PROCESSING:
            return status
    raise AssertionError("never decided")


async def send(network: TikTokNetwork, upload_url: str, content: bytes) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    file = Media(Bytes(content), len(content), sha256, "video/mp4")
    plan = network.plan(len(content))
    told: list[int] = []
    answer = await network.send(upload_url, file, plan, 0, told.append)
    assert isinstance(answer, Stored)
    assert answer.complete
    assert told[-1] == len(content)


def by_upload(network: TikTokNetwork, mode: Mode, content: bytes) -> Content:
    return Content(Kind.VIDEO, mode, VIDEO, network.plan(len(content)))


@pytest.mark.parametrize("source", Source)
async def test_a_video_is_posted_with_everything_that_was_said(
    network: TikTokNetwork, desk: Desk, media: Shelf, video: Path, source: Source
) -> None:
    content, access = video.read_bytes(), await token(desk)
    if source is Source.UPLOAD:
        there = await opened(network, access, by_upload(network, Mode.DIRECT, content))
        await send(network, there.upload_url, content)
    else:
        urls = (media.put("/fox.mp4", content),)
        wanted = Content(Kind.VIDEO, Mode.DIRECT, VIDEO, NOT_CUT, urls)
        there = await opened(network, access, wanted)
        assert there.upload_url == ""

    status = await decided(network, access, there.publish_id)

    assert (status.phase, status.received) == (Phase.COMPLETE, len(content))
    [post] = await desk.posts()
    assert post["sha256"] == hashlib.sha256(content).hexdigest()
    assert {name: post[name] for name in ("title", "cover_timestamp_ms", "is_aigc")} == {
        "title": "Ünï 🦊 #fox",
        "cover_timestamp_ms": 500,
        "is_aigc": True,
    }
    assert post["privacy_level"] == "MUTUAL_FOLLOW_FRIENDS"
    assert (post["brand_content"], post["brand_organic"]) == (True, True)
    assert not post["disable_comment"]
    assert post["disable_duet"]
    assert not post["disable_stitch"]


async def test_photos_are_posted_with_everything_that_was_said(
    network: TikTokNetwork, desk: Desk, media: Shelf
) -> None:
    access = await token(desk)
    urls = tuple(media.put(f"/{n}.jpg", photo(600, 800 + n)) for n in range(2))

    there = await opened(network, access, Content(Kind.PHOTO, Mode.DIRECT, PHOTOS, NOT_CUT, urls))
    status = await decided(network, access, there.publish_id)

    assert status.phase is Phase.COMPLETE
    [post] = await desk.posts()
    assert status.post_ids == (post["post_id"],)
    assert post["url"] == network.post_url("maya", post["post_id"], Kind.PHOTO)
    assert [each["height"] for each in post["photos"]] == [800, 801]
    said = {name: post[name] for name in PHOTOS if name in post}
    assert said == {name: PHOTOS[name] for name in said}
    assert len(said) == len(PHOTOS) - 1
    assert not post["disable_comment"]


@pytest.mark.parametrize("kind", ["sent video", "fetched video", "photos"])
async def test_a_draft_goes_to_the_inbox_of_one_who_allows_no_more(
    network: TikTokNetwork, desk: Desk, media: Shelf, video: Path, kind: str
) -> None:
    content = video.read_bytes()
    access = await token(desk, scopes=("user.info.basic", "video.upload"))
    drafts = {
        "sent video": by_upload(network, Mode.DRAFT, content),
        "fetched video": Content(
            Kind.VIDEO, Mode.DRAFT, {}, NOT_CUT, (media.put("/fox.mp4", content),)
        ),
        "photos": Content(
            Kind.PHOTO, Mode.DRAFT, PHOTOS, NOT_CUT, (media.put("/1.jpg", photo()),) * 2
        ),
    }

    assert await network.creator(access, Mode.DRAFT) == CreatorReady()
    there = await opened(network, access, drafts[kind])
    if there.upload_url:
        await send(network, there.upload_url, content)
    status = await decided(network, access, there.publish_id)

    assert status.phase is Phase.INBOX
    assert await desk.posts() == []


async def test_a_direct_post_asks_what_its_creator_may(network: TikTokNetwork, desk: Desk) -> None:
    ready = await network.creator(await token(desk, "pia"), Mode.DIRECT)
    assert isinstance(ready, CreatorReady)
    assert ready.facts["username"] == "pia"

    may_not = await network.creator(await token(desk, scopes=("user.info.basic",)), Mode.DIRECT)
    assert isinstance(may_not, Refused)
    assert may_not.refusal is Refusal.SCOPE


@pytest.mark.parametrize(
    ("kind", "settings", "urls"),
    [
        (Kind.VIDEO, {}, ("https://static.example.com/1.mp4",)),
        (Kind.VIDEO, {**VIDEO, "title": "x" * 2201}, ("https://static.example.com/1.mp4",)),
        (Kind.VIDEO, VIDEO, ("https://10.0.0.1/1.mp4",)),
        (Kind.PHOTO, PHOTOS, ()),
        (Kind.PHOTO, {**PHOTOS, "cover_index": 1}, ("https://static.example.com/1.jpg",)),
    ],
)
async def test_what_tiktok_never_takes_is_refused_without_asking_it(
    network: TikTokNetwork, kind: Kind, settings: dict[str, Any], urls: tuple[str, ...]
) -> None:
    heard: list[CallFacts] = []
    before = listener.set(heard.append)

    answer = await network.open("no token", Content(kind, Mode.DIRECT, settings, NOT_CUT, urls))

    listener.reset(before)
    assert isinstance(answer, Refused)
    assert answer.refusal is Refusal.REQUEST
    assert "example.com" not in answer.message
    assert heard == []


async def test_a_download_is_cancelled_and_an_upload_is_not(
    network: TikTokNetwork, desk: Desk, media: Shelf, video: Path
) -> None:
    access = await token(desk)
    media.held.add("/slow")
    slow = Content(Kind.VIDEO, Mode.DIRECT, VIDEO, NOT_CUT, (f"{media.base}/slow",))

    fetching = await opened(network, access, slow)
    await media.reached.wait()
    assert await network.cancel(access, fetching.publish_id) == Cancelled()
    status = await decided(network, access, fetching.publish_id)
    assert (status.phase, status.fail_is_cancel) == (Phase.FAILED, True)
    assert isinstance(await network.cancel(access, fetching.publish_id), NotCancellable)

    sending = await opened(network, access, by_upload(network, Mode.DIRECT, video.read_bytes()))
    assert isinstance(await network.cancel(access, sending.publish_id), NotCancellable)


async def test_an_address_that_is_not_there_may_be_another_time(
    network: TikTokNetwork, desk: Desk, media: Shelf
) -> None:
    access = await token(desk)
    nothing = Content(Kind.PHOTO, Mode.DRAFT, {}, NOT_CUT, (f"{media.base}/none.jpg",))

    there = await opened(network, access, nothing)
    status = await decided(network, access, there.publish_id)

    assert (status.fail_reason, status.fail_is_passing) == ("photo_pull_failed", True)
    explained = network.explain(status.fail_reason)
    assert explained is not None
    assert "could not be fetched" in explained.says


async def test_each_call_is_in_the_bucket_that_tiktok_counts(
    network: TikTokNetwork, desk: Desk, media: Shelf
) -> None:
    access = await token(desk)
    url = f"{media.base}/none"
    for kind, mode in [(kind, mode) for kind in Kind for mode in Mode]:
        limit = network.limit(Asking.OPEN, kind, mode)
        assert limit is not None
        settings = VIDEO if kind is Kind.VIDEO else {**PHOTOS, "cover_index": 0}
        await network.open(access, Content(kind, mode, settings, NOT_CUT, (url,)))
        assert (await desk.last_request())["operation"] == limit.bucket


async def test_a_revoked_account_has_no_tokens_left(network: TikTokNetwork, desk: Desk) -> None:
    grant = await desk.grant("maya", scopes=BOTH)

    assert await network.revoke(grant.access_token) == Revoked()

    for answer in (
        await network.creator(grant.access_token, Mode.DIRECT),
        await network.refresh(grant.refresh_token),
        await network.revoke(grant.access_token),
    ):
        assert isinstance(answer, Refused)
        assert answer.refusal is Refusal.TOKEN


@pytest.mark.parametrize(
    ("scopes", "who"),
    [
        (("user.info.basic", "video.publish"), Identity("maya", "Maya M.")),
        (("user.info.basic", "user.info.profile", "video.upload"), Identity("maya", "Maya M.")),
        (("user.info.basic", "video.upload"), Identity("Maya M.", "Maya M.")),
    ],
)
async def test_an_account_is_named_as_far_as_it_allows(
    network: TikTokNetwork, desk: Desk, scopes: tuple[str, ...], who: Identity
) -> None:
    assert await network.identity(await token(desk, scopes=scopes)) == who


def test_photos_are_always_fetched_and_videos_as_they_are_wanted(network: TikTokNetwork) -> None:
    assert {network.source(Kind.PHOTO, wanted) for wanted in Source} == {Source.PULL}
    assert [network.source(Kind.VIDEO, wanted) for wanted in Source] == list(Source)


def test_a_file_that_tiktok_never_takes_is_planned_all_the_same(network: TikTokNetwork) -> None:
    assert network.plan(64_000_001).count == 2
    for size_bytes in (0, 4 * 1024**3 + 1):
        assert network.plan(size_bytes) == Plan(size_bytes, size_bytes, 1)
