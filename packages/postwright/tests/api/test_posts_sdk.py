"""Someone else's client, as it is published, against our posts; and the first article's call."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from postwright.publishing.states import State
from tests.factories.posting import TIKTOK, Caller
from tests.factories.sdk import LateAPIError, LateNotFoundError, Zernio

pytestmark = pytest.mark.slow

T = TypeVar("T")
IN_A_YEAR = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)


async def apart(call: Callable[..., T], *given: Any, **named: Any) -> T:
    """Run a call that blocks beside the server, which runs in this loop."""
    return await asyncio.to_thread(call, *given, **named)


@pytest.fixture
async def client(me: Caller) -> Zernio:
    return Zernio(api_key=me.key, base_url=me.api.url, max_retries=1)


def wanted(me: Caller, **changes: Any) -> dict[str, Any]:
    return {
        "content": "Check out this amazing sunset! #sunset #nature",
        "media_items": [{"type": "video", "url": me.video_url}],
        "platforms": [{"platform": "tiktok", "accountId": me.account.id}],
        "tiktok_settings": TIKTOK,
        **changes,
    }


async def test_the_call_of_the_first_article_publishes(me: Caller, client: Zernio) -> None:
    me.api.service.start_worker()
    result = await apart(
        client.posts.create,
        content="Check out this amazing sunset! #sunset #nature",
        media_items=[{"type": "video", "url": me.video_url}],
        platforms=[{"platform": "tiktok", "accountId": me.account.id}],
        tiktok_settings={
            "privacy_level": "PUBLIC_TO_EVERYONE",
            "allow_comment": True,
            "allow_duet": True,
            "allow_stitch": True,
            "content_preview_confirmed": True,
            "express_consent_given": True,
        },
        publish_now=True,
    )
    post = result.post
    assert post is not None
    # The article writes post['_id']: the client's models have it as `field_id`, and only what its
    # generated methods give can be read like that.
    assert post.field_id is not None
    as_written = await apart(client.posts.get_post, post.field_id)
    post_of_the_article = as_written["post"]
    assert post_of_the_article["_id"] == post.field_id
    (target,) = post_of_the_article["platforms"]
    await me.api.service.until(target["_id"], State.PUBLISHED)
    seen = (await apart(client.posts.get, post.field_id)).post
    assert seen is not None
    assert seen.status == "published"
    (out,) = seen.platforms or []
    assert (out.status, out.accountId, out.platform) == ("published", me.account.id, "tiktok")
    assert out.publishedAt is not None
    (there,) = await me.api.service.control.posts()
    assert there["title"] == "Check out this amazing sunset! #sunset #nature"
    assert (there["username"], there["privacy_level"]) == ("demo", "PUBLIC_TO_EVERYONE")


async def test_posts_from_making_to_deleting(me: Caller, client: Zernio) -> None:
    made = await apart(
        client.posts.create, **wanted(me, scheduled_for=IN_A_YEAR, timezone="Europe/Berlin")
    )
    assert made.post is not None
    post_id = str(made.post.field_id)
    assert made.post.status == "scheduled"
    assert made.post.scheduledFor == IN_A_YEAR
    assert str((made.post.mediaItems or [])[0].url) == me.video_url
    changed = await apart(
        client.posts.update, post_id, content="Better", scheduled_for=IN_A_YEAR + timedelta(days=1)
    )
    assert changed.post is not None
    assert (changed.post.content, changed.message) == ("Better", f"{post_id} was changed.")
    assert changed.post.scheduledFor == IN_A_YEAR + timedelta(days=1)
    draft = await apart(client.posts.create, **wanted(me, is_draft=True))
    assert draft.post is not None
    assert draft.post.status == "draft"
    listed = await apart(client.posts.list, status="scheduled", platform="tiktok", limit=5)
    assert [post.field_id for post in listed.posts or []] == [post_id]
    assert listed.pagination is not None
    assert (listed.pagination.total, listed.pagination.pages) == (1, 1)
    assert (await apart(client.posts.delete, post_id)).message == "The post was deleted."
    with pytest.raises(LateNotFoundError):
        await apart(client.posts.get, post_id)


async def test_the_same_without_blocking(me: Caller, client: Zernio) -> None:
    made = await client.posts.acreate(**wanted(me, scheduled_for=IN_A_YEAR))
    assert made.post is not None
    post_id = str(made.post.field_id)
    changed = await client.posts.aupdate(post_id, tags=["sun"])
    assert changed.post is not None
    assert changed.post.tags == ["sun"]
    found = await client.posts.aget(post_id)
    assert found.post is not None
    assert found.post.hashtags == []
    listed = await client.posts.alist(
        date_from=IN_A_YEAR.date().isoformat(), date_to=IN_A_YEAR.date().isoformat()
    )
    assert len(listed.posts or []) == 1
    assert (await client.posts.adelete(post_id)).message == "The post was deleted."


async def test_what_has_failed_is_tried_again(me: Caller, client: Zernio) -> None:
    service = me.api.service
    await service.control("POST", "outcomes", {"outcome": "frame_rate_check_failed"})
    made = await client.posts.acreate(**wanted(me, publish_now=True))
    assert made.post is not None
    post_id = str(made.post.field_id)
    service.start_worker()
    target_id = (await me.post(post_id))["platforms"][0]["_id"]
    await service.until(target_id, State.FAILED)
    failed = (await client.posts.aget(post_id)).post
    assert failed is not None
    (target,) = failed.platforms or []
    assert (target.status, target.errorCategory, target.errorSource) == (
        "failed",
        "user_content",
        "user",
    )
    assert target.errorMessage
    again = await apart(client.posts.retry, post_id)
    assert again.post is not None
    await service.until(target_id, State.PUBLISHED)


async def test_what_is_refused_is_an_error_of_the_clients(me: Caller, client: Zernio) -> None:
    made = await client.posts.acreate(**wanted(me, publish_now=True))
    assert made.post is not None
    with pytest.raises(LateAPIError) as repeated:
        await client.posts.acreate(**wanted(me, publish_now=True))
    assert repeated.value.status_code == 409
    assert repeated.value.details["details"]["existingPostId"] == made.post.field_id
    settings = {**TIKTOK, "express_consent_given": False}
    with pytest.raises(LateAPIError) as unfit:
        await apart(client.posts.create, **wanted(me, tiktok_settings=settings, publish_now=True))
    assert unfit.value.status_code == 400
    assert "express_consent_given" in str(unfit.value)
    nobody = [{"platform": "tiktok", "accountId": "conn_000000000000"}]
    with pytest.raises(LateNotFoundError) as unknown:
        await apart(client.posts.create, **wanted(me, platforms=nobody, publish_now=True))
    assert "platforms[0].accountId" in str(unknown.value)


async def test_a_repeated_request_of_the_client_is_one_post(me: Caller, client: Zernio) -> None:
    given = wanted(me, publish_now=True)
    first, again = await asyncio.gather(
        *(client.posts.acreate_post(x_request_id="one-call", **given) for _ in range(2))
    )
    assert first == again


async def test_a_table_of_posts(me: Caller, client: Zernio, tmp_path: Path) -> None:
    settings = (
        '"{""privacyLevel"": ""SELF_ONLY"", ""contentPreviewConfirmed"": true, '
        '""expressConsentGiven"": true}"'
    )
    table = tmp_path / "posts.csv"
    table.write_text(
        "profiles,platforms,post_content,media_urls,schedule_time,tiktok_settings,mood\n"
        f"Default,tiktok,One,{me.video_url},2100-01-01T10:00:00Z,{settings},\n"
        f"Nobody,tiktok,Two,{me.video_url},2100-01-01T10:00:00Z,{settings},\n"
        f"Default,tiktok,Three,{me.video_url},,{settings},\n"
        f"Default,tiktok,Four,{me.video_url},2100-01-01T10:00:00Z,,\n"
        f"Default,youtube,Five,{me.video_url},2100-01-01T10:00:00Z,{settings},\n",
        encoding="utf-8",
    )
    dry = await apart(client.posts.bulk_upload, table, dry_run=True)
    assert (dry["total"], dry["valid"], dry["invalid"]) == (5, 1, 4)
    assert dry["warnings"] == ["unknown_columns:mood"]
    assert [row["errors"] for row in dry["results"]] == [
        [],
        ["unknown_profile:Nobody"],
        ["schedule_time_missing"],
        [
            "preflight.post.consent:tiktokSettings.contentPreviewConfirmed",
            "preflight.post.consent:tiktokSettings.expressConsentGiven",
            "posting.init.privacy-mismatch:tiktokSettings.privacyLevel",
        ],
        ["no_account_for_platform:youtube"],
    ]
    assert (await apart(client.posts.list)).posts == []
    done = await apart(client.posts.bulk_upload, table)
    made = done["results"][0]["createdPostId"]
    post = (await apart(client.posts.get, made)).post
    assert post is not None
    assert (post.content, post.status) == ("One", "scheduled")
    again = await apart(client.posts.bulk_upload, table)
    assert again["results"][0]["errors"] == ["duplicate_content"]
