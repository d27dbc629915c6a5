"""What the emulator really posts to an app's address, and what the client makes of it."""

import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.contract.desk import DESKTOP, SCOPES, WEB, Desk
from tests.contract.test_status import decided
from tests.factories.receiver import Arrival, Receiver, listening
from tiktok_client import (
    FailReason,
    PrivacyLevel,
    Scope,
    SignatureInvalid,
    VideoPost,
    plan_chunks,
    webhooks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
POST = {"publish_id": "v_pub_file~v2-1.7602", "publish_type": "DIRECT_PUBLISH"}
PUBLIC = POST | {"post_id": 7602000000000000001}


@pytest.fixture
async def receiver(desk: Desk) -> AsyncGenerator[Receiver]:
    """The callback address of the desktop app."""
    async with listening() as receiver:
        await desk.control(
            "PATCH", f"apps/{DESKTOP.client_key}", {"webhook_url": receiver.url, "scopes": [*Scope]}
        )
        yield receiver


async def tell(desk: Desk, event: str, content: object, username: str | None = "maya") -> None:
    """Let the emulator tell the app something."""
    order = {"event": event, "client_key": DESKTOP.client_key, "content": content}
    await desk.control("POST", "webhooks", order | ({"username": username} if username else {}))


async def now(desk: Desk) -> datetime:
    """The moment it is for the emulator."""
    return datetime.fromisoformat((await desk.control("GET", "clock"))["now"])


def read(arrival: Arrival, *, at: datetime | None = None) -> webhooks.Event:
    """What the client makes of it."""
    return webhooks.verify(arrival.body, arrival.signature, DESKTOP.client_secret, now=at)


@pytest.mark.spec(
    "webhook.delivery",
    "webhook.envelope",
    "webhook.envelope.content-is-text",
    "webhook.envelope.create-time",
    "webhook.envelope.user-openid",
    "webhook.event.authorization.removed",
    "webhook.removed-reasons",
    "webhook.signature",
    "webhook.signature.header",
    "webhook.signature.message",
)
async def test_a_token_that_is_given_back_comes_as_a_signed_event(
    desk: Desk, rows: Rows, receiver: Receiver
) -> None:
    grant = await desk.grant()
    began = datetime.now(UTC).replace(microsecond=0)
    await desk.client().oauth.revoke(access_token=grant.access_token)
    (arrival,) = await receiver.wait_for(1)
    event = read(arrival)
    assert type(event) is webhooks.AuthorizationRemoved
    assert event.reason is webhooks.RemovedReason.REVOKED
    assert (event.client_key, event.user_openid) == (DESKTOP.client_key, grant.open_id)
    assert began <= event.created_at <= datetime.now(UTC)
    assert arrival.method == rows["webhook.envelope"]["method"]
    whole: dict[str, Any] = json.loads(arrival.body)
    assert set(whole) == set(rows["webhook.envelope"]["fields"])
    assert isinstance(whole["content"], str)
    assert json.loads(whole["content"]) == event.content == {"reason": 5}
    reasons = rows["webhook.removed-reasons"]["values"]
    assert {int(reason) for reason in webhooks.RemovedReason} == set(reasons)
    # By hand, as the page says it: neither side's code.
    assert rows["webhook.signature.header"]["header"] == webhooks.SIGNATURE_HEADER
    assert rows["webhook.signature"]["algorithm"] == "HMAC-SHA256"
    parts = dict(part.split("=") for part in (arrival.signature or "").split(","))
    message = parts["t"].encode() + b"." + arrival.body
    digest = hmac.new(DESKTOP.client_secret.encode(), message, hashlib.sha256).hexdigest()
    assert parts == {"t": parts["t"], "s": digest}


Facts = Mapping[str, object]
EVENTS: list[tuple[str, Facts, type[webhooks.Event], Facts]] = [
    ("authorization.removed", {"reason": 1}, webhooks.AuthorizationRemoved, {"reason": 1}),
    ("video.upload.failed", {"share_id": "s.1"}, webhooks.VideoUploadFailed, {"share_id": "s.1"}),
    (
        "video.publish.completed",
        {"share_id": "s.1"},
        webhooks.VideoPublishCompleted,
        {"share_id": "s.1"},
    ),
    (
        "portability.download.ready",
        {"request_id": 2**62 + 1},
        webhooks.PortabilityDownloadReady,
        {"request_id": str(2**62 + 1)},
    ),
    (
        "post.publish.failed",
        POST | {"reason": "spam_risk"},
        webhooks.PublishFailed,
        {"reason": FailReason.SPAM_RISK},
    ),
    ("post.publish.complete", {**POST}, webhooks.PublishComplete, {**POST}),
    (
        "post.publish.inbox_delivered",
        POST | {"publish_type": "INBOX_SHARE"},
        webhooks.InboxDelivered,
        {"publish_type": webhooks.PublishType.INBOX_SHARE},
    ),
    (
        "post.publish.publicly_available",
        PUBLIC,
        webhooks.PubliclyAvailable,
        {"post_id": str(PUBLIC["post_id"])},
    ),
    (
        "post.publish.no_longer_publicaly_available",
        PUBLIC,
        webhooks.NoLongerPubliclyAvailable,
        {"post_id": str(PUBLIC["post_id"])},
    ),
]


@pytest.mark.parametrize("told", EVENTS, ids=[event for event, *_ in EVENTS])
@pytest.mark.spec(
    "webhook.event.authorization.removed",
    "webhook.event.video.upload.failed",
    "webhook.event.video.publish.completed",
    "webhook.event.portability.download.ready",
    "webhook.event.post.publish.failed",
    "webhook.event.post.publish.complete",
    "webhook.event.post.publish.inbox_delivered",
    "webhook.event.post.publish.publicly_available",
    "webhook.event.post.publish.no_longer_publicaly_available",
    "webhook.post-id-text",
)
async def test_every_event_of_the_spec_is_a_class_of_the_client(
    desk: Desk,
    rows: Rows,
    receiver: Receiver,
    told: tuple[str, Facts, type[webhooks.Event], Facts],
) -> None:
    name, content, kind, facts = told
    listed = {row["event"] for row in rows.values() if row["id"].startswith("webhook.event.")}
    assert listed == {event for event, *_ in EVENTS}
    await tell(desk, name, content)
    (arrival,) = await receiver.wait_for(1)
    event = read(arrival)
    assert type(event) is kind
    assert event.event == name
    assert {fact: getattr(event, fact) for fact in facts} == facts
    assert set(event.content) == set(rows[f"webhook.event.{name}"]["content"])
    if "post_id" in event.content:
        assert isinstance(event.content["post_id"], str)


@pytest.mark.spec("webhook.envelope.user-openid")
async def test_an_event_about_no_one_and_one_that_nobody_knows_are_read_as_well(
    desk: Desk, receiver: Receiver
) -> None:
    await tell(desk, "shop.opened", {"a": {"b": [1]}}, username=None)
    (arrival,) = await receiver.wait_for(1)
    event = read(arrival)
    assert type(event) is webhooks.UnknownEvent
    assert (event.event, event.user_openid) == ("shop.opened", None)
    assert event.content == {"a": {"b": [1]}}


@pytest.mark.spec("webhook.signature")
async def test_another_apps_secret_does_not_open_it(desk: Desk, receiver: Receiver) -> None:
    await tell(desk, "post.publish.complete", POST)
    (arrival,) = await receiver.wait_for(1)
    with pytest.raises(SignatureInvalid):
        webhooks.verify(arrival.body, arrival.signature, WEB.client_secret)
    with pytest.raises(SignatureInvalid):
        webhooks.verify(arrival.body + b" ", arrival.signature, DESKTOP.client_secret)


@pytest.mark.spec("webhook.signature.age")
async def test_a_delivery_is_fresh_for_five_minutes(
    desk: Desk, rows: Rows, receiver: Receiver
) -> None:
    await desk.control("POST", "clock", {"freeze": True})
    await tell(desk, "post.publish.complete", POST)
    (arrival,) = await receiver.wait_for(1)
    sent_at = (await now(desk)).replace(microsecond=0)
    usual = timedelta(seconds=rows["webhook.signature.age"]["usual_s"])
    assert read(arrival, at=sent_at + usual)
    for age in (usual, -usual):
        with pytest.raises(SignatureInvalid):
            read(arrival, at=sent_at + age + timedelta(seconds=1 if age > timedelta(0) else -1))


@pytest.mark.spec("webhook.delivery.only-200", "webhook.delivery.duplicates")
async def test_only_200_ends_it_and_every_try_is_the_same_event_signed_anew(
    desk: Desk, rows: Rows, receiver: Receiver
) -> None:
    assert rows["webhook.delivery.only-200"]["http_status"] == 200
    await desk.control("POST", "clock", {"freeze": True})
    receiver.statuses += [204, 201, 302, 500]
    await tell(desk, "post.publish.complete", POST)
    await receiver.wait_for(1)
    await desk.advance(3600)
    arrivals = await receiver.wait_for(5)
    assert len({arrival.body for arrival in arrivals}) == 1
    assert len({arrival.signature for arrival in arrivals}) == 5
    events = [read(arrival, at=signed_at(arrival)) for arrival in arrivals]
    assert len({event.fingerprint for event in events}) == 1
    await desk.advance(3600)
    assert len(receiver.arrivals) == 5


def signed_at(arrival: Arrival) -> datetime:
    """When this try was signed."""
    seconds = (arrival.signature or "").partition("t=")[2].partition(",")[0]
    return datetime.fromtimestamp(int(seconds), UTC)


@pytest.mark.spec("webhook.delivery.retry-72h")
async def test_it_is_tried_with_growing_pauses_for_72_hours_and_then_dropped(
    desk: Desk, rows: Rows, receiver: Receiver
) -> None:
    lifetime_s = rows["webhook.delivery.retry-72h"]["value"]
    await desk.control("POST", "clock", {"freeze": True})
    receiver.statuses += [500] * 100
    await tell(desk, "post.publish.complete", POST)
    await receiver.wait_for(1)
    await desk.advance(lifetime_s)
    moments = [signed_at(arrival) for arrival in receiver.arrivals]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert len(pauses) > 5
    assert pauses == sorted(pauses)
    assert moments[-1] - moments[0] < timedelta(seconds=lifetime_s)
    tried = len(receiver.arrivals)
    await desk.advance(lifetime_s)
    assert len(receiver.arrivals) == tried
    assert (await desk.control("GET", "webhooks"))["deliveries"][-1]["state"] == "dropped"


@pytest.mark.spec("webhook.delivery.duplicates")
async def test_what_comes_twice_has_one_fingerprint(
    desk: Desk, rows: Rows, receiver: Receiver
) -> None:
    await desk.fault("webhook", "duplicate")
    await tell(desk, "post.publish.complete", POST)
    await tell(desk, "post.publish.complete", POST | {"publish_id": "v_pub_file~v2-1.other"})
    first, second, other = (read(arrival) for arrival in await receiver.wait_for(3))
    assert first.fingerprint == second.fingerprint != other.fingerprint
    identity = rows["webhook.delivery.duplicates"]["identity"]
    assert all(first.raw[name] == second.raw[name] for name in identity)


@pytest.mark.spec(
    "webhook.event.post.publish.complete",
    "webhook.event.post.publish.publicly_available",
    "webhook.publish-type",
)
async def test_a_post_tells_that_it_is_out_and_that_everyone_can_see_it(
    desk: Desk, rows: Rows, receiver: Receiver, video: bytes
) -> None:
    client = await desk.connected()
    post = VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE)
    plan = plan_chunks(len(video))
    opened = await client.posting.init_video(post, plan)
    await client.posting.upload(opened.upload_url, video, plan)
    status = await decided(desk, client, opened.publish_id)
    events = {type(event): event for event in map(read, await receiver.wait_for(2))}
    complete = events[webhooks.PublishComplete]
    public = events[webhooks.PubliclyAvailable]
    assert isinstance(complete, webhooks.PublishComplete)
    assert isinstance(public, webhooks.PubliclyAvailable)
    assert complete.publish_id == public.publish_id == opened.publish_id
    assert (public.post_id,) == status.post_ids
    direct = rows["webhook.publish-type"]["values"]["direct"]
    assert complete.publish_type == public.publish_type == direct


@pytest.mark.spec(
    "webhook.event.post.publish.failed",
    "webhook.event.post.publish.inbox_delivered",
    "webhook.publish-type",
)
async def test_a_draft_tells_that_it_lies_in_the_inbox_and_a_bad_file_that_it_failed(
    desk: Desk, rows: Rows, receiver: Receiver, video: bytes
) -> None:
    client = await desk.connected(scopes=(*SCOPES, Scope.VIDEO_UPLOAD))
    ids: list[str] = []
    for content in (video, b"no video at all"):
        plan = plan_chunks(len(content))
        opened = await client.posting.init_inbox_video(plan)
        await client.posting.upload(opened.upload_url, content, plan)
        await decided(desk, client, opened.publish_id)
        ids.append(opened.publish_id)
    events = {type(event): event for event in map(read, await receiver.wait_for(2))}
    delivered = events[webhooks.InboxDelivered]
    failed = events[webhooks.PublishFailed]
    assert isinstance(delivered, webhooks.InboxDelivered)
    assert isinstance(failed, webhooks.PublishFailed)
    assert [delivered.publish_id, failed.publish_id] == ids
    assert failed.reason is FailReason.FILE_FORMAT_CHECK_FAILED
    inbox = rows["webhook.publish-type"]["values"]["inbox"]
    assert delivered.publish_type == failed.publish_type == inbox


async def test_two_apps_have_their_own_events_and_secrets(desk: Desk, receiver: Receiver) -> None:
    async with listening() as other:
        await desk.control("PATCH", f"apps/{WEB.client_key}", {"webhook_url": other.url})
        grant = await desk.grant(app=WEB)
        await desk.client(app=WEB).oauth.revoke(access_token=grant.access_token)
        (arrival,) = await other.wait_for(1)
        event = webhooks.verify(arrival.body, arrival.signature, WEB.client_secret)
        assert event.client_key == WEB.client_key
        assert receiver.arrivals == []


async def test_an_account_that_ends_tells_why(desk: Desk, receiver: Receiver) -> None:
    await desk.grant()
    await desk.control("PATCH", "creators/maya", {"account": "deleted"})
    (arrival,) = await receiver.wait_for(1)
    event = read(arrival)
    assert isinstance(event, webhooks.AuthorizationRemoved)
    assert event.reason is webhooks.RemovedReason.ACCOUNT_DELETED
