"""What TikTok's webhooks mean here, and which of them are TikTok's."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postwright.platforms.answers import Phase
from postwright.platforms.events import (
    NotTheirs,
    OtherNews,
    Parted,
    StatusChanged,
    Told,
    WentPrivate,
    WentPublic,
)
from postwright.platforms.tiktok.events import TikTokWebhooks

SECRET = "the app's secret"
NOW = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)
WEBHOOKS = TikTokWebhooks()


def body(event: str, content: dict[str, Any] | str | None = None, **more: Any) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content or {})
    whole = {
        "client_key": "aw1", "event": event, "create_time": int(NOW.timestamp()) - 2,
        "user_openid": "open-1", "content": text, **more,
    }  # fmt: skip
    return json.dumps(whole).encode()


def signed(raw: bytes, secret: str = SECRET, at: datetime = NOW) -> str:
    moment = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + raw, hashlib.sha256)
    return f"t={moment},s={digest.hexdigest()}"


def read(raw: bytes, *, age: timedelta = timedelta()) -> Told:
    told = WEBHOOKS.read(raw, signed(raw, at=NOW - age), SECRET, NOW)
    assert isinstance(told, Told)
    return told


@pytest.mark.parametrize(
    ("event", "content", "news"),
    [
        ("post.publish.complete", {"publish_id": "p1"}, StatusChanged("p1", Phase.COMPLETE)),
        ("post.publish.completed", {"publish_id": "p1"}, StatusChanged("p1", Phase.COMPLETE)),
        (
            "post.publish.failed",
            {"publish_id": "p1", "reason": "x"},
            StatusChanged("p1", Phase.FAILED),
        ),
        (
            "post.publish.inbox_delivered",
            {"publish_id": "p1", "publish_type": "INBOX_SHARE"},
            StatusChanged("p1", Phase.INBOX),
        ),
        (
            "post.publish.publicly_available",
            {"publish_id": "p1", "post_id": "7000000000000000001"},
            WentPublic("p1", "7000000000000000001"),
        ),
        (
            "post.publish.no_longer_publicaly_available",
            {"publish_id": "p1", "post_id": 7000000000000000001},
            WentPrivate("p1", "7000000000000000001"),
        ),
        (
            "post.publish.no_longer_publicaly_available",
            {"post_id": "7000000000000000001"},
            WentPrivate("", "7000000000000000001"),
        ),
        ("video.upload.failed", {"share_id": "s1"}, OtherNews()),
        ("video.publish.completed", {"share_id": "s1"}, OtherNews()),
        ("portability.download.ready", {"request_id": 5}, OtherNews()),
        ("something.new", {"anything": [1]}, OtherNews()),
        ("something.new", "no object", OtherNews()),
    ],
)
def test_each_event_has_one_meaning(
    event: str, content: dict[str, Any] | str, news: object
) -> None:
    told = read(body(event, content))
    assert told.news == news
    assert (told.event, told.external_id, told.is_late) == (event, "open-1", False)
    assert told.happened_at == NOW - timedelta(seconds=2)


@pytest.mark.parametrize("reason", [0, 1, 2, 3, 4, 5, 6, None, "five"])
def test_a_removal_says_why_in_words(reason: object) -> None:
    news = read(body("authorization.removed", {"reason": reason})).news
    assert isinstance(news, Parted)
    assert len(news.why.split()) > 2


def test_every_event_of_the_specification_is_known() -> None:
    told = {
        read(body(name, {"publish_id": "p", "post_id": "1", "share_id": "s", "request_id": 1})).news
        for name in (
            "post.publish.failed",
            "post.publish.complete",
            "post.publish.inbox_delivered",
            "post.publish.publicly_available",
            "post.publish.no_longer_publicaly_available",
            "authorization.removed",
        )
    }
    assert OtherNews() not in told


def test_what_is_signed_but_not_as_the_pages_say_is_kept() -> None:
    for raw in (
        body("post.publish.complete", {}),
        body("post.publish.complete", "{"),
        body("post.publish.complete", {"publish_id": "p1"}, create_time="noon"),
        json.dumps({"client_key": "aw1"}).encode(),
    ):
        assert read(raw).news == OtherNews()


def test_a_late_one_is_still_theirs_and_said_to_be_late() -> None:
    raw = body("post.publish.complete", {"publish_id": "p1"})
    assert not read(raw, age=timedelta(minutes=4)).is_late
    for age in (timedelta(minutes=6), timedelta(hours=72), timedelta(minutes=-6)):
        told = read(raw, age=age)
        assert told.is_late
        assert told.news == StatusChanged("p1", Phase.COMPLETE)


def test_what_was_signed_more_than_a_week_ago_is_refused() -> None:
    raw = body("post.publish.complete", {"publish_id": "p1"})
    old = signed(raw, at=NOW - timedelta(days=7, minutes=1))
    assert WEBHOOKS.read(raw, old, SECRET, NOW) == NotTheirs()


def test_what_is_signed_otherwise_is_not_theirs() -> None:
    raw = body("authorization.removed", {"reason": 1})
    good = signed(raw)
    for signature in (
        signed(raw, "another secret"),
        signed(raw + b" "),
        "",
        "t=1,s=00",
        good.replace("t=", "t=9"),
        good.upper(),
        good[:-1],
        "é",
    ):
        assert WEBHOOKS.read(raw, signature, SECRET, NOW) == NotTheirs()


def test_the_same_event_has_the_same_digest_however_it_is_signed() -> None:
    raw = body("post.publish.complete", {"publish_id": "p1"})
    again = json.dumps(dict(reversed(json.loads(raw).items())), indent=1).encode()
    assert read(raw).digest == read(again).digest == read(raw, age=timedelta(hours=1)).digest
    assert read(raw).digest != read(body("post.publish.complete", {"publish_id": "p2"})).digest


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"client_key": 7}', b"{}"]
)
def test_a_message_for_nobody_has_no_addressee(raw: bytes) -> None:
    assert WEBHOOKS.addressee(raw) is None


def test_the_addressee_is_the_client_key() -> None:
    assert WEBHOOKS.addressee(body("x")) == "aw1"


def test_what_cannot_be_stored_is_replaced() -> None:
    told = read(body("odd\0\ud800", {}, user_openid="a\0b"))
    assert "\0" not in told.event + told.external_id
    assert told.event.encode()


def test_an_id_that_is_too_long_for_any_index_is_kept_and_looked_for_nowhere() -> None:
    for content in ({"publish_id": "p" * 4000}, {"publish_id": "p1", "post_id": "7" * 4000}):
        assert read(body("post.publish.publicly_available", content)).news == OtherNews()
    assert read(body("post.publish.complete", {"publish_id": "p" * 4000})).news == OtherNews()
