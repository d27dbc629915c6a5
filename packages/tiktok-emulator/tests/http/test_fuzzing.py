"""Whatever is sent: no 500 that was not asked for, no traceback, no hang."""

import hashlib
import json
import random
import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tiktok_emulator import Running, Settings
from tiktok_emulator.control.routes import ENDPOINTS
from tiktok_emulator.published.control import control_document
from tiktok_emulator.published.surface import surface_document
from tiktok_emulator.seeds import SCOPES

# The same few each time; `schemathesis run URL/_control/tiktok-openapi.json` looks for more.
FEW = settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
PATIENCE_S = 5
SURFACE: Any = schemathesis.openapi.from_dict(dict(surface_document()))
CONTROL: Any = schemathesis.openapi.from_dict(dict(control_document(ENDPOINTS)))


@schemathesis.serializer("video/mp4", "video/quicktime", "video/webm")
def _as_it_is(_: Any, value: Any) -> bytes:
    """Media is bytes, and whatever else fuzzing thinks of in its place."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def _operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]


def _named(operation: Any) -> str:
    return str(operation.label)


def _sign_in(tiktok: Running) -> str:
    """A token with every scope."""
    tiktok.app("demo-desktop-key", scopes=list(SCOPES))
    tiktok.consent("demo-desktop-key", "demo", count=1)
    redirect, verifier = "http://127.0.0.1:7123/callback/", "v" * 43
    asked = {
        "client_key": "demo-desktop-key",
        "response_type": "code",
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect,
        "state": "s",
        "code_challenge": hashlib.sha256(verifier.encode()).hexdigest(),
    }
    with httpx2.Client(base_url=tiktok.base_url, verify=False) as http:
        back = http.get("/v2/auth/authorize/", params=asked).headers["location"]
        form = {
            "client_key": "demo-desktop-key",
            "client_secret": "demo-desktop-secret",
            "grant_type": "authorization_code",
            "code": parse_qs(urlsplit(back).query)["code"][0],
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        return http.post("/v2/oauth/token/", data=form).json()["access_token"]


def _ask(tiktok: Running, case: Any) -> Any:
    return case.call(base_url=tiktok.base_url, timeout=PATIENCE_S, allow_redirects=False)


@pytest.mark.parametrize("operation", _operations(SURFACE), ids=_named)
def test_what_tiktok_takes_is_answered_as_published(tiktok: Running, operation: Any) -> None:
    tiktok.settings(rate_limits=dict.fromkeys(Settings().rate_limits.model_dump(), 10**6))
    published = {int(status) for status in operation.definition.raw["responses"]}
    token = _sign_in(tiktok)

    @FEW
    @given(case=operation.as_strategy())
    def fuzz(case: Any) -> None:
        # Past the door: what stands behind it is worth more than one more 401.
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        assert _ask(tiktok, case).status_code in published

    fuzz()


@pytest.mark.parametrize("operation", _operations(CONTROL), ids=_named)
def test_what_the_control_plane_takes_is_done_or_refused_in_words(
    tiktok: Running, operation: Any
) -> None:
    @FEW
    @given(case=operation.as_strategy())
    def fuzz(case: Any) -> None:
        answer = _ask(tiktok, case)
        assert answer.status_code in {200, 400, 404}
        assert answer.json()
        tiktok.reset(seed=1)

    fuzz()


@FEW
@given(seed=st.integers(0, 2**32))
def _bytes_on_put(tiktok: Running, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    address = dice.choice(["/upload", "/upload?upload_id=1&upload_token=2", "/upload?%00=%ff"])
    length = dice.choice([0, 1, 5, 4096, 10**9])
    lines = [
        f"PUT {address} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Length: {length}",
        f"Content-Type: {dice.choice(['video/mp4', 'text/plain', '', ';;;'])}",
        f"Content-Range: {dice.choice(['bytes 0-4/5', 'bytes 9-1/3', 'bytes */*', chr(233) * 3])}",
    ]
    dice.shuffle(lines[1:])
    sent = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + dice.randbytes(min(length, 4096))
    if dice.random() < 0.3:
        sent = dice.randbytes(200) + sent
    answer = _raw(tiktok, sent)
    status = answer.split(b" ")[1:2]
    assert status in ([], [b"400"], [b"404"], [b"405"]), answer[:200]


def _raw(tiktok: Running, sent: bytes) -> bytes:
    """Send bytes, say that there are no more, and read until the connection is closed."""
    where = urlsplit(tiktok.base_url)
    with socket.create_connection((where.hostname, where.port), timeout=PATIENCE_S) as wire:
        answer = b""
        try:
            wire.sendall(sent)
            wire.shutdown(socket.SHUT_WR)
            while piece := wire.recv(65_536):
                answer += piece
        except (BrokenPipeError, ConnectionResetError):
            return answer
        return answer


def test_random_bytes_on_put_are_refused_and_nothing_hangs(tiktok: Running) -> None:
    _bytes_on_put(tiktok)
    assert tiktok.state()["uploads"] == []
    assert all(entry["status"] != 500 for entry in tiktok.log())


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b'{"a":' * 5_000, b"\xff\xfe", b"[" * 100_000, b'"\\ud800"'],
)
def test_bodies_that_are_no_objects_are_400_everywhere(tiktok: Running, body: bytes) -> None:
    for operation in _operations(SURFACE):
        if operation.method != "post":
            continue
        head = f"POST {operation.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        head += "Content-Type: application/json\r\n"
        answer = _raw(tiktok, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert answer.split(b" ")[1] in {b"200", b"400", b"401"}, answer[:300]
        json.loads(answer.partition(b"\r\n\r\n")[2])
