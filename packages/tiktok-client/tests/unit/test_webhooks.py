"""Signatures are made here by hand, from TikTok's description and not from the client's code."""

import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tiktok_client import Advice, EventMalformed, FailReason, SignatureInvalid, webhooks

SECRET = "s3cret-of-the-app"
AT = datetime(2026, 2, 4, 13, 14, 33, tzinfo=UTC)
T = int(AT.timestamp())


def sign(body: bytes, at: int | str = T, secret: str = SECRET) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},s={digest}"


def message(event: str, content: object, **more: object) -> bytes:
    whole = {
        "client_key": "aw1",
        "event": event,
        "create_time": T,
        "user_openid": "-000abc",
        "content": content if isinstance(content, str) else json.dumps(content),
    }
    return json.dumps(whole | more).encode()


def told(body: bytes) -> webhooks.Event:
    return webhooks.verify(body, sign(body), SECRET, now=AT)


BODY = message("post.publish.complete", {"publish_id": "v_pub~1", "publish_type": "DIRECT_PUBLISH"})


def test_a_signature_that_openssl_made_is_taken() -> None:
    # Made with: printf '%s' '1770210873.{"event":"x"}' | openssl dgst -sha256 -hmac hush
    openssl = "0b3e6ce5c448232a300963590a5c958be0d0b931dafd1d42aa6cf5901784471a"
    with pytest.raises(EventMalformed):
        webhooks.verify(b'{"event":"x"}', f"t=1770210873,s={openssl}", "hush", now=AT)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_a_body_with_any_byte_changed_is_refused(position: int, change: int) -> None:
    forged = bytearray(BODY)
    forged[position] ^= change
    with pytest.raises(SignatureInvalid):
        webhooks.verify(bytes(forged), sign(BODY), SECRET, now=AT)


@given(st.integers(0, len(sign(BODY)) - 1), st.characters())
def test_a_header_with_any_character_changed_is_refused(position: int, other: str) -> None:
    header = sign(BODY)
    assume(header[position] != other)
    forged = header[:position] + other + header[position + 1 :]
    with pytest.raises(SignatureInvalid):
        webhooks.verify(BODY, forged, SECRET, now=AT)


# HMAC itself fills short secrets up with NULs.
SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(st.binary(max_size=200), SECRETS, SECRETS, st.integers(-299, 299))
def test_only_the_same_secret_and_time_open_what_was_signed(
    body: bytes, secret: str, other: str, shift: int
) -> None:
    assume(secret != other)
    header = sign(body, T + shift, secret)
    with contextlib.suppress(EventMalformed):
        webhooks.verify(body, header, secret, now=AT)
    with pytest.raises(SignatureInvalid):
        webhooks.verify(body, header, other, now=AT)
    moved = header.replace(f"t={T + shift}", f"t={T + shift + 1}")
    with pytest.raises(SignatureInvalid):
        webhooks.verify(body, moved, secret, now=AT)


@pytest.mark.parametrize("forged", [b"", BODY[:-1], BODY[1:], BODY + b" ", b" " + BODY])
def test_a_body_that_is_longer_or_shorter_is_refused(forged: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        webhooks.verify(forged, sign(BODY), SECRET, now=AT)


def digest_of(header: str) -> str:
    return header.partition("s=")[2]


@pytest.mark.parametrize(
    "form",
    [
        "t={t},s={s}",
        "s={s},t={t}",
        " t = {t} , s = {s} ",
        "t={t},s={s},v2=else",
        "v0=,t={t},s={s}",
        "T=1,S=0,t={t},s={s}",
    ],
)
def test_order_blanks_and_parts_of_other_names_do_not_matter(form: str) -> None:
    header = form.format(t=T, s=digest_of(sign(BODY)))
    assert webhooks.verify(BODY, header, SECRET, now=AT).event == "post.publish.complete"


@pytest.mark.parametrize(
    "form",
    [
        "",
        ",",
        "t={t}",
        "s={s}",
        "t={t},s=",
        "t=,s={s}",
        "t={t},s={s},",
        "t={t},s={s},s={s}",
        "t={t},t={t},s={s}",
        "t={t};s={s}",
        "t={t},s={s},loose",
        "t=+{t},s={s}",
        "t={t}.0,s={s}",
        "t=-1,s={s}",
        "t={t},s={s}00",
        "t={t},s=0x{s}",
        "t={t}\n,s={s}",
        "t=١٧٧٠٢١٠٨٧٣,s={s}",
        "t=99999999999999999999,s={s}",
    ],
)
def test_any_other_header_is_refused(form: str) -> None:
    with pytest.raises(SignatureInvalid, match="missing or malformed"):
        webhooks.verify(BODY, form.format(t=T, s=digest_of(sign(BODY))), SECRET, now=AT)


def test_a_missing_header_and_a_digest_in_capitals_are_refused() -> None:
    capitals = f"t={T},s={digest_of(sign(BODY)).upper()}"
    for header in (None, capitals):
        with pytest.raises(SignatureInvalid):
            webhooks.verify(BODY, header, SECRET, now=AT)


@given(st.text())
def test_any_header_at_all_is_taken_or_refused_as_ours(header: str) -> None:
    with pytest.raises(SignatureInvalid) as caught:
        webhooks.verify(BODY, header, SECRET, now=AT)
    assert caught.value.advice is Advice.GIVE_UP
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("age_s", [-300, 0, 300])
def test_a_signature_within_five_minutes_is_fresh(age_s: int) -> None:
    assert webhooks.verify(BODY, sign(BODY), SECRET, now=AT + timedelta(seconds=age_s))


@pytest.mark.parametrize(("age_s", "words"), [(-301, "in the future"), (301, "ago")])
def test_an_old_signature_and_one_from_the_future_are_refused(age_s: int, words: str) -> None:
    with pytest.raises(SignatureInvalid, match=words):
        webhooks.verify(BODY, sign(BODY), SECRET, now=AT + timedelta(seconds=age_s))


def test_the_age_allowed_can_be_chosen_and_the_clock_is_the_machines() -> None:
    now = datetime.now(UTC)
    header = sign(BODY, int(now.timestamp()) - 10)
    assert webhooks.verify(BODY, header, SECRET)
    with pytest.raises(SignatureInvalid, match="ago"):
        webhooks.verify(BODY, header, SECRET, max_age=timedelta(seconds=5))


def test_an_empty_secret_with_which_anyone_could_sign_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="empty"):
        webhooks.verify(BODY, sign(BODY, secret=""), "", now=AT)


POST = {"publish_id": "v_pub_file~v2-1.76", "publish_type": "DIRECT_PUBLISH"}


@pytest.mark.parametrize(
    ("name", "content", "kind", "facts"),
    [
        (
            "authorization.removed",
            {"reason": 1},
            webhooks.AuthorizationRemoved,
            {"reason": webhooks.RemovedReason.DISCONNECTED},
        ),
        (
            "authorization.removed",
            {"reason": 77},
            webhooks.AuthorizationRemoved,
            {"reason": webhooks.RemovedReason.UNKNOWN},
        ),
        ("authorization.removed", {}, webhooks.AuthorizationRemoved, {"reason": 0}),
        (
            "video.upload.failed",
            {"share_id": "a.b"},
            webhooks.VideoUploadFailed,
            {"share_id": "a.b"},
        ),
        (
            "video.publish.completed",
            {"share_id": "a.b"},
            webhooks.VideoPublishCompleted,
            {"share_id": "a.b"},
        ),
        (
            "portability.download.ready",
            {"request_id": 2**62 + 1},
            webhooks.PortabilityDownloadReady,
            {"request_id": str(2**62 + 1)},
        ),
        (
            "post.publish.failed",
            POST | {"reason": "picture_size_check_failed"},
            webhooks.PublishFailed,
            {
                "reason": FailReason.PICTURE_SIZE_CHECK_FAILED,
                "raw_reason": "picture_size_check_failed",
            },
        ),
        (
            "post.publish.failed",
            POST | {"reason": "new_one"},
            webhooks.PublishFailed,
            {"reason": FailReason.UNKNOWN, "raw_reason": "new_one"},
        ),
        ("post.publish.failed", POST, webhooks.PublishFailed, {"raw_reason": None}),
        (
            "post.publish.complete",
            POST,
            webhooks.PublishComplete,
            POST,
        ),
        ("post.publish.completed", POST, webhooks.PublishComplete, {}),
        (
            "post.publish.inbox_delivered",
            POST | {"publish_type": "INBOX_SHARE"},
            webhooks.InboxDelivered,
            {"publish_type": webhooks.PublishType.INBOX_SHARE},
        ),
        (
            "post.publish.publicly_available",
            POST | {"post_id": "7602000000000000001"},
            webhooks.PubliclyAvailable,
            {"post_id": "7602000000000000001"},
        ),
        (
            "post.publish.publicly_available",
            POST | {"post_id": 7602000000000000001, "publish_type": "NEW"},
            webhooks.PubliclyAvailable,
            {"post_id": "7602000000000000001", "publish_type": "NEW"},
        ),
        (
            "post.publish.no_longer_publicaly_available",
            {"post_id": 7602000000000000001},
            webhooks.NoLongerPubliclyAvailable,
            {"post_id": "7602000000000000001", "publish_id": None, "publish_type": None},
        ),
    ],
)
def test_each_event_is_its_own_class(
    name: str, content: object, kind: type[webhooks.Event], facts: dict[str, object]
) -> None:
    event = told(message(name, content))
    assert type(event) is kind
    assert (event.client_key, event.event, event.created_at) == ("aw1", name, AT)
    assert event.user_openid == "-000abc"
    assert event.content == content
    assert event.raw["create_time"] == T
    for fact, value in facts.items():
        assert getattr(event, fact) == value


def test_an_event_can_be_told_from_the_others_by_one_match() -> None:
    def short(event: webhooks.Event) -> str:
        match event:
            case webhooks.PublishFailed(reason=reason):
                return reason.advice
            case webhooks.PubliclyAvailable(post_id=post_id):
                return post_id
            case (
                webhooks.AuthorizationRemoved()
                | webhooks.InboxDelivered()
                | webhooks.NoLongerPubliclyAvailable()
                | webhooks.PortabilityDownloadReady()
                | webhooks.PublishComplete()
                | webhooks.UnknownEvent()
                | webhooks.VideoPublishCompleted()
                | webhooks.VideoUploadFailed()
            ):
                return event.event
            case _:
                assert_never(event)

    assert short(told(BODY)) == "post.publish.complete"
    failed = message("post.publish.failed", POST | {"reason": "auth_removed"})
    assert short(told(failed)) == Advice.REAUTHORISE


@pytest.mark.parametrize(
    ("content", "kept"), [({"a": [1]}, {"a": [1]}), ("", {}), ("no json", {}), ("[1]", {})]
)
def test_an_unknown_event_is_kept_with_what_it_says(content: object, kept: object) -> None:
    event = told(message("shop.opened", content))
    assert type(event) is webhooks.UnknownEvent
    assert (event.event, event.content) == ("shop.opened", kept)


def test_a_person_may_be_missing_and_an_object_may_stand_where_text_should() -> None:
    for person in (None, ""):
        ready = message("portability.download.ready", {"request_id": 1}, user_openid=person)
        assert told(ready).user_openid is None
    whole: dict[str, Any] = json.loads(BODY)
    bare = told(json.dumps(whole | {"content": POST}).encode())
    assert type(bare) is webhooks.PublishComplete
    assert bare.publish_id == POST["publish_id"]


def test_the_same_event_has_the_same_fingerprint_however_it_is_written() -> None:
    whole: dict[str, Any] = json.loads(BODY)
    again = json.dumps(dict(reversed(whole.items())), indent=1).encode()
    assert told(again).fingerprint == told(BODY).fingerprint
    for name, value in {"create_time": T + 1, "user_openid": "x", "event": "y"}.items():
        other = json.dumps(whole | {name: value}).encode()
        assert told(other).fingerprint != told(BODY).fingerprint


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
        (b"{}", "field event"),
        (message("post.publish.complete", "x"), "content of post.publish.complete"),
        (message("post.publish.complete", {}), "field publish_id"),
        (message("post.publish.publicly_available", POST), "field post_id"),
        (message("post.publish.failed", POST | {"reason": 1}), "field reason"),
        (message("x", {}, create_time="soon"), "field create_time"),
        (message("x", {}, create_time=True), "field create_time"),
        (message("x", {}, create_time=10**30), "field create_time"),
        (message("x", {}, client_key=None), "field client_key"),
        (message("x", {}, user_openid=7), "field user_openid"),
    ],
)
def test_a_signed_message_in_another_shape_names_what_is_wrong(body: bytes, words: str) -> None:
    with pytest.raises(EventMalformed, match=words):
        told(body)


NAMES = st.sampled_from(
    [
        "client_key", "event", "create_time", "user_openid", "content", "reason", "publish_id",
        "publish_type", "post_id", "share_id", "request_id",
    ]
)  # fmt: skip
EVENTS = st.sampled_from(
    [
        "authorization.removed", "video.upload.failed", "video.publish.completed",
        "portability.download.ready", "post.publish.failed", "post.publish.complete",
        "post.publish.completed", "post.publish.inbox_delivered",
        "post.publish.publicly_available", "post.publish.no_longer_publicaly_available", "other",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | EVENTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=15,
)


@given(
    VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary()
    | st.builds(
        message, EVENTS, st.dictionaries(NAMES, VALUES, max_size=6), create_time=st.integers(0, T)
    )
)
def test_any_signed_body_is_an_event_or_refused_as_ours(body: bytes) -> None:
    try:
        event = told(body)
    except EventMalformed:
        return
    assert event.raw
    assert event.fingerprint
