"""Videos that TikTok fetches: whose addresses it takes, and what it does with them."""

import re
from collections.abc import Mapping

import pytest

from tests.contract.desk import DESKTOP, Desk, assert_refused
from tests.contract.shelf import BOTH, HOST, decided, owns, ready, shelf
from tiktok_client import (
    Advice,
    AsyncTikTok,
    FailReason,
    MediaRejected,
    PollPlan,
    PublishState,
    VideoPost,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
QUICK = PollPlan(first_s=0.01)
SELF = VideoPost(privacy_level="SELF_ONLY")
PATHS = ("/video/init/", "/inbox/video/init/")


def body(url: object) -> dict[str, object]:
    """A body that names an address."""
    return {
        "post_info": {"privacy_level": "SELF_ONLY"},
        "source_info": {"source": "PULL_FROM_URL", "video_url": url},
    }


async def takes(desk: Desk, access_token: str, url: str) -> bool:
    """Whether this address may be named. Downloads that begin are stopped again."""
    answers = [await desk.post(path, access_token, body(url)) for path in PATHS]
    codes = {answer.json()["error"]["code"] for answer in answers}
    assert codes in ({"ok"}, {"url_ownership_unverified"})
    return codes == {"ok"}


async def owner(desk: Desk, *owned: tuple[str, str]) -> str:
    """A token of an app with these properties."""
    await owns(desk, *owned)
    await desk.settings(rate_limits={"init": 100, "inbox_init": 100})
    await desk.control("PATCH", "creators/maya", {"pending_share_cap": 100})
    return (await desk.grant(scopes=BOTH)).access_token


@pytest.mark.spec(
    "pull.init",
    "pull.init.video-url",
    "pull.init.ids",
    "status.processing-download",
    "status.downloaded-bytes",
)
async def test_a_video_at_an_address_becomes_a_post(desk: Desk, rows: Rows, video: bytes) -> None:
    async with shelf() as there:
        there.files["/v.mp4"] = video
        await owns(desk, ("domain", HOST), stands_at=there.base)
        client = await ready(desk)
        post = VideoPost(privacy_level="PUBLIC_TO_EVERYONE", title="Hello #fox")
        opened = await client.posting.init_video_from_url(post, f"https://{HOST}/v.mp4")
        assert opened.publish_id.startswith(rows["pull.init.ids"]["direct"])
        assert set(opened.raw) == {"publish_id"}
        status = await decided(client, opened.publish_id)
        assert there.asked == ["/v.mp4"]
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert (status.downloaded_bytes, status.uploaded_bytes) == (len(video), None)
    [made] = await desk.posts()
    assert (status.post_ids, made["title"]) == ((made["post_id"],), "Hello #fox")
    assert made["size_bytes"] == len(video)


@pytest.mark.spec("status.processing-download", "status.downloaded-bytes")
async def test_as_long_as_it_downloads_it_says_so_and_how_much(desk: Desk) -> None:
    async with shelf() as there:
        there.held.add("/v.mp4")
        client = await ready(desk)
        opened = await client.posting.init_video_from_url(SELF, f"{there.base}/v.mp4")
        await there.reached.wait()
        status = await client.posting.status(opened.publish_id)
        while not status.downloaded_bytes:
            status = await client.posting.status(opened.publish_id)
        assert status.state is PublishState.PROCESSING_DOWNLOAD
        assert status.downloaded_bytes == len(b"some")


@pytest.mark.parametrize("url", [None, "", 7, "no address"])
@pytest.mark.spec("pull.init.video-url")
async def test_an_address_that_is_none_is_refused(desk: Desk, rows: Rows, url: object) -> None:
    access = await owner(desk, ("domain", HOST))
    for path in PATHS:
        assert_refused(await desk.post(path, access, body(url)), rows["pull.init.video-url"])


@pytest.mark.parametrize(
    ("row", "url"),
    [
        ("pull.init.https-only", f"http://{HOST}/v.mp4"),
        ("pull.init.no-ip", "https://203.0.113.7/v.mp4"),
        ("pull.init.no-ip", "https://[2001:db8::1]/v.mp4"),
        ("pull.init.unverified", "https://elsewhere.example.org/v.mp4"),
    ],
)
@pytest.mark.spec(
    "pull.init.https-only",
    "pull.init.no-ip",
    "pull.init.unverified",
    "error.url_ownership_unverified",
)
async def test_an_address_that_tiktok_does_not_fetch_from_is_refused(
    desk: Desk, rows: Rows, row: str, url: str
) -> None:
    access = await owner(desk, ("domain", HOST), ("prefix", "https://media.example.net/videos/"))
    for path in PATHS:
        assert_refused(await desk.post(path, access, body(url)), rows[row])


@pytest.mark.parametrize("url", [f"http://{HOST}/v.mp4", "https://203.0.113.7/v.mp4"])
@pytest.mark.spec("pull.init.https-only", "pull.init.no-ip")
async def test_the_client_does_not_even_ask_for_such_an_address(desk: Desk, url: str) -> None:
    client = desk.client(await owner(desk, ("domain", HOST)))
    with pytest.raises(ValueError, match="https"):
        await client.posting.init_video_from_url(SELF, url)
    assert not any(call.operation == "video.init" for call in desk.calls)


@pytest.mark.spec("pull.init.unverified", "error.url_ownership_unverified")
async def test_the_client_hears_that_an_address_is_not_verified(desk: Desk, rows: Rows) -> None:
    client = desk.client(await owner(desk))
    with pytest.raises(MediaRejected) as caught:
        await client.posting.init_video_from_url(SELF, f"https://{HOST}/v.mp4?signature=s3cret")
    refusal = rows["pull.init.unverified"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    assert caught.value.advice is Advice.FIX_INPUT
    assert "s3cret" not in str(caught.value)


@pytest.mark.spec("pull.init.ownership-domain")
async def test_a_domain_covers_what_is_below_it(desk: Desk, rows: Rows) -> None:
    row = rows["pull.init.ownership-domain"]
    for owned, hosts in row["covers"].items():
        access = await owner(desk, ("domain", owned))
        for host in hosts:
            assert await takes(desk, access, f"https://{host}/any/path/v.mp4"), host
        for host in row["not_covered"]:
            assert not await takes(desk, access, f"https://{host}/v.mp4"), host
        assert not await takes(desk, access, f"https://not{owned}/v.mp4")
        assert not await takes(desk, access, f"https://{owned}.example.org/v.mp4")


@pytest.mark.spec("pull.init.ownership-prefix")
async def test_a_prefix_covers_what_begins_with_it(desk: Desk, rows: Rows) -> None:
    row = rows["pull.init.ownership-prefix"]
    for owned, urls in row["covers"].items():
        access = await owner(desk, ("prefix", owned))
        for url in urls:
            assert await takes(desk, access, url), url
        for url in row["not_covered"]:
            assert not await takes(desk, access, url), url
        assert not await takes(desk, access, owned.replace("https://", "https://www.") + "v.mp4")
        assert not await takes(desk, access, owned + "../other/v.mp4")


@pytest.mark.spec("pull.init.tiktok-sample")
async def test_tiktoks_own_sample_needs_no_property(desk: Desk, rows: Rows) -> None:
    access = await owner(desk)
    host = rows["pull.init.tiktok-sample"]["host"]
    assert await takes(desk, access, f"https://{host}/obj/sample.mp4")


@pytest.mark.spec("pull.init.verification-file")
async def test_a_prefix_counts_once_its_file_was_found(desk: Desk, rows: Rows) -> None:
    row, prefix = rows["pull.init.verification-file"], f"https://{HOST}/videos/"
    facts = {"kind": "prefix", "value": prefix, "is_verified": False}
    access = await owner(desk)
    app = f"apps/{DESKTOP.client_key}"
    await desk.control("PATCH", app, {"properties": [facts]})
    assert not await takes(desk, access, f"{prefix}1.mp4")
    async with shelf() as there:
        await desk.settings(pull_stand_ins={HOST: there.base})
        verify = f"/_control/{app}/properties/verify"
        missing = await desk.http.post(verify, json={"value": prefix})
        assert missing.status_code == 400
        [path] = there.asked
        found = re.fullmatch(rf"/videos/tiktok(\w{{{row['characters']}}})\.txt", path)
        assert found is not None
        assert path == f"/videos/{row['file'].format(token=found.group(1))}"
        there.put(path, row["content"].format(token=found.group(1)).encode())
        await desk.control("POST", f"{app}/properties/verify", {"value": prefix})
    assert await takes(desk, access, f"{prefix}1.mp4")


async def failed(client: AsyncTikTok, url: str) -> FailReason | None:
    """Let TikTok fetch; return why it failed."""
    opened = await client.posting.init_video_from_url(SELF, url)
    status = await decided(client, opened.publish_id)
    assert status.state is PublishState.FAILED
    return status.fail_reason


@pytest.mark.spec("pull.init.no-redirect", "status.fail.video_pull_failed")
async def test_an_address_that_leads_on_or_is_gone_fails(
    desk: Desk, rows: Rows, video: bytes
) -> None:
    async with shelf() as there:
        there.put("/v.mp4", video)
        there.redirects["/moved.mp4"] = f"{there.base}/v.mp4"
        client = await ready(desk)
        reason = FailReason(rows["pull.init.no-redirect"]["fail_reason"])
        assert await failed(client, f"{there.base}/moved.mp4") is reason
        assert await failed(client, f"{there.base}/gone.mp4") is reason
        assert there.asked == ["/moved.mp4", "/gone.mp4"]
    assert reason.advice == rows["status.fail.video_pull_failed"]["advice"]


@pytest.mark.spec("pull.init.timeout", "status.fail.video_pull_failed")
async def test_a_download_that_takes_an_hour_fails(desk: Desk, rows: Rows) -> None:
    row = rows["pull.init.timeout"]
    await desk.control("POST", "clock", {"freeze": True})
    async with shelf() as there:
        there.held.add("/v.mp4")
        client = await ready(desk)
        opened = await client.posting.init_video_from_url(SELF, f"{there.base}/v.mp4")
        await desk.advance(row["value"] - 1)
        status = await client.posting.status(opened.publish_id)
        assert status.state is PublishState.PROCESSING_DOWNLOAD
        await desk.advance(1)
        status = await client.posting.status(opened.publish_id)
    assert status.state is PublishState.FAILED
    assert status.fail_reason is FailReason(row["fail_reason"])
    assert status.advice is Advice.RETRY_LATER


async def test_the_whole_flow_from_an_address(desk: Desk, video: bytes) -> None:
    async with shelf() as there:
        url = there.put("/v.mp4", video)
        posting = (await ready(desk)).posting
        post = VideoPost(privacy_level="PUBLIC_TO_EVERYONE")
        result = await posting.post_video_from_url(url, post, poll=QUICK)
        assert result.status.state is PublishState.PUBLISH_COMPLETE
        public = await posting.wait(result.publish_id, plan=QUICK, until="public_id")
    assert len(public.post_ids) == 1
