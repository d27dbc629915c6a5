"""A token of @demo, got as any program would."""

import http.client
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tiktok_emulator import Control

KEY, SECRET = "demo-desktop-key", "demo-desktop-secret"
REDIRECT = "http://127.0.0.1:7123/callback/"
CHALLENGE = "e6a178b120743d08509508f269652b0bdf91e29332921bc9e9744fd3dd41bfef"
VERIFIER = "gaeCq5mVvbhA8Ce6w5O9XBVIKMkySgv-_9A-rnhm9Ns"


def sign_in(control: Control) -> str:
    """An access token for posting."""
    control.consent(KEY, "demo", count=1)
    asked = {
        "client_key": KEY,
        "response_type": "code",
        "scope": "user.info.basic,video.publish",
        "redirect_uri": REDIRECT,
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    status, headers, _ = call(control, "GET", f"/v2/auth/authorize/?{urlencode(asked)}")
    assert status == 302, status
    code = parse_qs(urlsplit(headers["location"]).query)["code"][0]
    form = {
        "client_key": KEY,
        "client_secret": SECRET,
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    sent = {"Content-Type": "application/x-www-form-urlencoded"}
    _, _, body = call(control, "POST", "/v2/oauth/token/", urlencode(form), sent)
    return str(body["access_token"])


def begin_upload(control: Control, token: str, size: int, chunk_bytes: int) -> str:
    """The upload address of a new direct post."""
    order = {
        "post_info": {"privacy_level": "SELF_ONLY"},
        "source_info": {
            "source": "FILE_UPLOAD",
            "video_size": size,
            "chunk_size": chunk_bytes,
            "total_chunk_count": max(1, size // chunk_bytes),
        },
    }
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    path = "/v2/post/publish/video/init/"
    status, _, body = call(control, "POST", path, json.dumps(order), sent)
    assert status == 200, body
    return str(body["data"]["upload_url"])


def call(
    control: Control,
    method: str,
    path: str,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], Any]:
    """One request: status, headers in lower case, and the JSON if it is that."""
    connection = http.client.HTTPConnection(urlsplit(control.base_url).netloc, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        text = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
    finally:
        connection.close()
    is_json = found.get("content-type", "").startswith("application/json")
    return response.status, found, json.loads(text) if is_json else None
