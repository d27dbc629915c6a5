"""What an alert looks like when it is sent, and how long it is tried."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError

from postwright.alerts.send import Due, pause_after, payload
from postwright.alerts.signature import signed_headers
from postwright.config import AlertSettings, load, webhook_key
from postwright.kit.fetch import FetchFailed, Line, fetch

AT = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize("port", ["99999", "x", "-1"])
async def test_an_address_that_cannot_be_asked_is_said_and_stops_nobody(port: str) -> None:
    with pytest.raises(FetchFailed):
        await fetch(f"https://example.com:{port}/hook", Line())


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # The example of the specification's own libraries.
    key = webhook_key(SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    headers = signed_headers(
        key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_receiver_can_verify_what_was_sent() -> None:
    body = payload(alert())
    headers = signed_headers(webhook_key(SecretStr(SECRET)), "alert_1", 1_700_000_000, body)
    signed = b"alert_1.1700000000." + body
    digest = hmac.new(bytes(range(32)), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_the_message_says_what_when_and_of_whom() -> None:
    assert json.loads(payload(alert())) == {
        "type": "publication.failed",
        "timestamp": "2026-11-21T07:30:00Z",
        "data": {
            "workspace_id": "ws_1",
            "subject": "pub_1",
            "says": "TikTok could not read it. Send another file.",
            "code": "file_format_check_failed",
        },
    }


def test_each_try_sends_the_same_bytes() -> None:
    assert payload(alert(tries=1)) == payload(alert(tries=7))


def test_the_pauses_grow_to_two_hours() -> None:
    pauses = [pause_after(tries) for tries in range(1, 12)]
    assert pauses[0] == timedelta(seconds=5)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=2)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://hooks.example.com/x", ""),
        ("https://hooks.example.com/x", "whsec_c2hvcnQ="),
        ("https://hooks.example.com/x", "whsec_no base64 at all"),
        ("http://hooks.example.com/x", SECRET),
        ("https://me:word@hooks.example.com/x", SECRET),
        ("https:///x", SECRET),
        ("hooks.example.com", SECRET),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(
    url: str, secret: str
) -> None:
    with pytest.raises(ValidationError) as error:
        AlertSettings(url=SecretStr(url), secret=SecretStr(secret))
    assert "example.com" not in str(error.value.errors(include_input=False))


def test_plain_http_is_for_a_private_network_only() -> None:
    settings = AlertSettings(
        url=SecretStr("http://10.0.0.7/hook"), secret=SecretStr(SECRET), allow_private=True
    )
    assert settings.allow_private
    assert SECRET not in repr(settings)


def test_address_and_secret_come_from_files(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("secrets")
    environ = dict[str, str]()
    for name, value in {"URL": "https://hooks.example.com/x", "SECRET": SECRET}.items():
        (folder / name).write_text(f"{value}\n")
        environ[f"POSTWRIGHT_ALERTS__{name}_FILE"] = str(folder / name)
        monkeypatch.setenv(f"POSTWRIGHT_ALERTS__{name}_FILE", str(folder / name))
    settings = load(environ).alerts
    assert settings.url.get_secret_value() == "https://hooks.example.com/x"
    assert settings.secret.get_secret_value() == SECRET


def alert(tries: int = 1) -> Due:
    says = {
        "says": "TikTok could not read it. Send another file.",
        "code": "file_format_check_failed",
    }
    return Due("alert_1", "ws_1", "publication.failed", "pub_1", says, AT, tries, AT)
