"""What a webhook is made of, and where it may go."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from tiktok_emulator import AppSeed, SeedInvalid
from tiktok_emulator.seeds import new_app
from tiktok_emulator.webhooks.address import callback_problem
from tiktok_emulator.webhooks.envelope import content_text, envelope, signature

AT = datetime(2026, 2, 4, 13, 14, 33, 900_000, tzinfo=UTC)


def test_the_content_is_json_inside_a_string_and_a_post_id_in_it_is_text() -> None:
    text = content_text({"publish_id": "v_pub_file~v2-1.1", "post_id": 7602000000000000001})
    assert json.loads(text) == {
        "publish_id": "v_pub_file~v2-1.1",
        "post_id": "7602000000000000001",
    }
    body = envelope("post.x", client_key="k", user_openid="-000a", content=text, at=AT)
    told = json.loads(body)
    assert told == {
        "client_key": "k",
        "event": "post.x",
        "create_time": 1770210873,
        "user_openid": "-000a",
        "content": text,
    }


def test_a_reason_stays_a_number() -> None:
    assert content_text({"reason": 5}) == '{"reason":5}'


def test_an_event_without_a_user_has_no_user_openid() -> None:
    body = envelope(
        "portability.download.ready", client_key="k", user_openid=None, content="{}", at=AT
    )
    assert "user_openid" not in json.loads(body)


def test_the_signature_is_over_the_moment_a_dot_and_the_body() -> None:
    value = signature("secret", b'{"a":1}', AT)
    moment, _, mac = value.partition(",")
    assert moment == "t=1770210873"
    wanted = hmac.new(b"secret", b'1770210873.{"a":1}', hashlib.sha256).hexdigest()
    assert mac == f"s={wanted}"


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com/hook",
        "http://127.0.0.1:9000/hook",
        "http://localhost:9000/hook?x=1",
        "http://[::1]:9000/",
    ],
)
def test_https_and_http_on_loopback_may_be_registered(url: str) -> None:
    assert callback_problem(url) is None
    assert new_app(None, AppSeed(client_key="k", client_secret="s", webhook_url=url)).webhook_url


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example.com/hook",
        "http://10.0.0.1/hook",
        "ftp://127.0.0.1/",
        "/hook",
        "https://user@app.example.com/",
        "http://[::1",
        "https://app.example.com:port/",
    ],
)
def test_other_callback_addresses_are_refused(url: str) -> None:
    assert callback_problem(url) is not None
    with pytest.raises(SeedInvalid, match="webhook_url"):
        new_app(None, AppSeed(client_key="k", client_secret="s", webhook_url=url))
