"""What belongs to a code when it is exchanged."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest

from tiktok_emulator.errors import OAuthRefusal
from tiktok_emulator.oauth.rules import check_client, check_exchange, check_form
from tiktok_emulator.oauth.state import App, AuthorizeRequest, Code
from tiktok_emulator.settings import Settings

FORM = "application/x-www-form-urlencoded"
URI = "http://127.0.0.1:7000/cb/"
# The pair of TikTok's own Android unit test.
VERIFIER = "gaeCq5mVvbhA8Ce6w5O9XBVIKMkySgv-_9A-rnhm9Ns"
CHALLENGE = "e6a178b120743d08509508f269652b0bdf91e29332921bc9e9744fd3dd41bfef"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _code(challenge: str | None) -> Code:
    asked = AuthorizeRequest("desk", URI, ("user.info.basic",), "s", challenge, always_ask=True)
    return Code(asked, "ann", ("user.info.basic",), NOON)


def _exchange(challenge: str | None, settings: Settings | None = None, **form: str) -> None:
    check_exchange(_code(challenge), {"redirect_uri": URI} | form, settings or Settings())


def test_the_official_test_vector_is_accepted() -> None:
    _exchange(CHALLENGE, code_verifier=VERIFIER)


def test_a_base64url_challenge_fails_only_here_and_says_why() -> None:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    with pytest.raises(OAuthRefusal, match="base64url") as caught:
        _exchange(urlsafe_b64encode(digest).rstrip(b"=").decode(), code_verifier=VERIFIER)
    assert caught.value.code == "invalid_request"
    assert caught.value.message == "Code verifier or code challenge is invalid."
    assert caught.value.rule == "oauth.pkce.hex"


def test_the_hex_must_be_lower_case() -> None:
    with pytest.raises(OAuthRefusal):
        _exchange(CHALLENGE.upper(), code_verifier=VERIFIER)


@pytest.mark.parametrize("verifier", ["", "a" * 42, "a" * 129, "a" * 42 + "+"])
def test_a_verifier_has_43_to_128_unreserved_characters(verifier: str) -> None:
    challenge = hashlib.sha256(verifier.encode()).hexdigest()
    with pytest.raises(OAuthRefusal) as caught:
        _exchange(challenge, code_verifier=verifier)
    assert caught.value.rule == "oauth.pkce.verifier-length"
    if verifier:
        _exchange(challenge, Settings(verifier_length_check=False), code_verifier=verifier)


def test_a_verifier_without_a_challenge_is_not_looked_at() -> None:
    _exchange(None, code_verifier="x")


def test_another_redirect_address_is_refused_in_tiktoks_words() -> None:
    with pytest.raises(OAuthRefusal) as caught:
        _exchange(None, redirect_uri=URI + "x")
    assert caught.value.code == "invalid_request"
    assert caught.value.message == "Redirect_uri is not matched with the uri when requesting code."


@pytest.mark.parametrize("content_type", ["application/json", "", "multipart/form-data", "text/x"])
def test_only_forms_are_read(content_type: str) -> None:
    with pytest.raises(OAuthRefusal) as caught:
        check_form(content_type, {"client_key": "k", "client_secret": "s"})
    assert (caught.value.code, caught.value.rule) == ("invalid_request", "oauth.token.form-only")


def test_a_form_may_name_its_charset() -> None:
    check_form(f"{FORM}; charset=utf-8", {"client_key": "k", "client_secret": "s"})


def test_a_missing_secret_has_a_text_of_its_own() -> None:
    with pytest.raises(OAuthRefusal) as caught:
        check_form(FORM, {"client_key": "k"})
    assert caught.value.message == "Client secret is missed in request."


def test_a_wrong_secret_and_an_unknown_key_look_the_same() -> None:
    apps = {"k": App("k", "right")}
    assert check_client({"client_key": "k", "client_secret": "right"}, apps).client_key == "k"
    seen: set[tuple[str, str]] = set()
    for form in (
        {"client_key": "k", "client_secret": "wrong"},
        {"client_key": "unknown", "client_secret": "right"},
    ):
        with pytest.raises(OAuthRefusal) as caught:
            check_client(form, apps)
        seen.add((caught.value.code, caught.value.message))
    assert seen == {("invalid_client", "Client key or secret is incorrect.")}
