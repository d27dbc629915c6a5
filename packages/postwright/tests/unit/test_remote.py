"""The client of our own API: where a key goes, when it asks again, what it makes of answers."""

import ssl
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from postwright.api.wire.profiles import Message
from postwright.errors import Advice, AppError
from postwright.remote.address import Address, BadAddress, InClear
from postwright.remote.client import Remote, connected
from postwright.remote.events import read_events
from postwright.remote.refusals import (
    AnswerLost,
    RefusedKey,
    RefusedMissing,
    RefusedNow,
    RefusedReconnect,
    RefusedState,
    RefusedVersion,
    Unreachable,
)
from postwright.remote.transport import BadCertificates, BadKey, Transport

KEY = "pw_secret"
OK = httpx2.Response(200, json={"message": "done"})
Server = Callable[[httpx2.Request], httpx2.Response]


def _transport(server: Server) -> Transport:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(server))
    return Transport(Address.parse("https://post.example.com"), SecretStr(KEY), http)


def _told(status: int, code: str, advice: str = "fix", **headers: str) -> httpx2.Response:
    body = {
        "error": "No.",
        "type": "api_error",
        "code": code,
        "docUrl": "x",
        "details": {"advice": advice},
    }
    return httpx2.Response(status, json=body, headers={"X-Request-Id": "req_1", **headers})


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://post.example.com", "https://post.example.com"),
        (" https://post.example.com/v1/ ", "https://post.example.com"),
        ("https://example.com/pw/", "https://example.com/pw"),
        ("http://127.0.0.1:8710", "http://127.0.0.1:8710"),
        ("http://[::1]:8710", "http://[::1]:8710"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_an_address_is_read(given: str, base: str) -> None:
    assert Address.parse(given).base == base


@pytest.mark.parametrize(
    "given",
    [
        "", "example.com", "https://", "https://a:b@c", "https://a?b=c", "https://a?", "https://a#",
        "https://[::1", "https://[::1]x", "https://\u2100.com", "https://a..b", "https://.",
        f"https://{'a' * 64}", "https://a%6d", "https://a;b", "https://a:0", "https://a:99999",
        "https://127.0.0.1\\@b", "https://a b", "https://a\tb", "//a", "ftp://a",
    ],
)  # fmt: skip
def test_what_is_none_is_refused(given: str) -> None:
    with pytest.raises(BadAddress):
        Address.parse(given)


@pytest.mark.parametrize("given", ["https://me:secret@a", "https://me:secret@a b", "me:secret@a"])
def test_a_password_in_an_address_is_not_shown(given: str) -> None:
    with pytest.raises(BadAddress) as refused:
        Address.parse(given)
    assert "secret" not in str(refused.value.to_dict())


@pytest.mark.parametrize("host", ["example.com", "10.0.0.1", "127.0.0.1.a.com", "[2001:db8::1]"])
def test_http_to_another_machine_is_refused_unless_it_is_allowed(host: str) -> None:
    with pytest.raises(InClear):
        Address.parse(f"http://{host}")
    assert Address.parse(f"http://{host}", allows_http=True).base == f"http://{host}"


def test_the_key_is_in_no_repr() -> None:
    assert KEY not in repr(_transport(lambda _: OK))


async def test_the_same_call_is_asked_again_under_one_name() -> None:
    names = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        names.append(request.headers["idempotency-key"])
        if len(names) == 1:
            raise httpx2.ReadError("broken")
        if len(names) == 2:
            return _told(503, "storage_trouble", **{"Retry-After": "0"})
        return httpx2.Response(200, json={"message": "done"})

    transport = _transport(server)
    assert (await transport.ask(Message, "POST", "/posts")).message == "done"
    assert len(set(names)) == 1
    await transport.ask(Message, "POST", "/posts")
    assert len(names) == 4
    assert len(set(names)) == 2


async def test_it_does_not_wait_longer_than_it_is_worth() -> None:
    asked = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        return _told(429, "rate_limited", "wait", **{"Retry-After": "3600"})

    with pytest.raises(RefusedNow) as refused:
        await _transport(server).ask(Message, "GET", "/posts")
    assert asked == ["/v1/posts"]
    assert refused.value.to_dict()["code"] == "rate_limited"
    assert refused.value.to_dict()["request_id"] == "req_1"


async def test_a_service_that_hangs_is_not_asked_again_for_minutes() -> None:
    asked = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        raise httpx2.ReadTimeout("")

    transport = _transport(server)
    transport.patience_s = 0.0  # as if the first answer was awaited for all of it
    with pytest.raises(AnswerLost):
        await transport.ask(Message, "POST", "/posts")
    with pytest.raises(Unreachable) as told:
        await transport.ask(Message, "GET", "/posts")
    assert asked == ["POST", "GET"]
    # Whoever only looks has nothing to be afraid of.
    assert not isinstance(told.value, AnswerLost)
    assert told.value.why == "It took too long."


async def test_a_deletion_whose_answer_is_lost_is_not_asked_again() -> None:
    asked = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        raise httpx2.ReadError("broken")

    with pytest.raises(AnswerLost) as lost:
        await _transport(server).ask(Message, "DELETE", "/posts/x")
    assert asked == ["DELETE"]
    assert lost.value.advice is Advice.ASK_STATUS


@pytest.mark.parametrize(
    ("answer", "kind", "exit_code"),
    [
        (_told(401, "api_key_invalid"), RefusedKey, 11),
        (_told(409, "too_late_to_edit"), RefusedState, 5),
        (_told(409, "account_unusable", "reconnect"), RefusedReconnect, 6),
        (_told(500, "internal_error", "retry"), RefusedNow, 7),
        (httpx2.Response(404, text="<h1>nginx</h1>"), Unreachable, 7),
        (httpx2.Response(200, text="<h1>hello</h1>"), Unreachable, 7),
        (httpx2.Response(301, headers={"Location": "https://evil.example"}), Unreachable, 7),
    ],
)
async def test_an_answer_becomes_the_error_that_it_is(
    answer: httpx2.Response, kind: type[AppError], exit_code: int
) -> None:
    asked = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        return answer

    with pytest.raises(kind) as refused:
        await _transport(server).ask(Message, "GET", "/posts")
    assert refused.value.exit_code == exit_code
    assert KEY not in str(refused.value.to_dict())
    assert asked == ["post.example.com"]


@pytest.mark.parametrize("key", ["pw_a\nb", "pw a", "ключ", "pw_\x1b[2J", "pw_“a”"])
async def test_what_cannot_be_a_key_is_refused_and_not_told(key: str) -> None:
    with pytest.raises(BadKey) as refused:
        async with connected("https://post.example.com", SecretStr(key), allows_http=False):
            pass
    assert key not in str(refused.value.to_dict())
    async with connected("http://127.0.0.1", SecretStr(f" {KEY}\n"), allows_http=False) as remote:
        assert remote.transport.key.get_secret_value() == KEY


async def test_certificates_that_cannot_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no certificate")
    for wrong in (tmp_path / "missing", tmp_path / "file"):
        monkeypatch.setenv("SSL_CERT_FILE", str(wrong))
        with pytest.raises(BadCertificates) as refused:
            async with connected("https://post.example.com", SecretStr(KEY), allows_http=False):
                pass
        assert "SSL_CERT_FILE" in refused.value.why


async def test_a_file_goes_the_way_that_the_rest_goes(tmp_path: Path) -> None:
    """A proxy in front may be known to the service by another name, or as http."""
    file = tmp_path / "a.mp4"
    file.write_bytes(b"video")
    seen = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        seen.append(f"{request.method} {request.url}")
        if request.method == "PUT":
            return _told(404, "unknown_upload")
        return httpx2.Response(
            200,
            json={
                "uploadUrl": "http://inside.example.net/v1/media/uploads/upl_1/signed/video",
                "publicUrl": "x",
                "key": "upl_1",
                "type": "video",
                "expiresIn": 3600,
                "expiresAt": "2027-01-15T10:00:00Z",
            },
        )

    transport = _transport(server)
    transport.address = Address.parse("https://example.com/pw")
    with pytest.raises(RefusedMissing):
        await Remote(transport).upload(file, "video/mp4")
    assert seen[-1] == "PUT https://example.com/pw/v1/media/uploads/upl_1/signed/video"


async def test_no_cookie_is_kept() -> None:
    told = list[str | None]()

    def server(request: httpx2.Request) -> httpx2.Response:
        told.append(request.headers.get("cookie"))
        return httpx2.Response(200, json={"message": "x"}, headers={"Set-Cookie": "a=b; Path=/"})

    transport = _transport(server)
    for _ in range(2):
        await transport.ask(Message, "GET", "/posts")
    assert told == [None, None]


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_proxy_that_finds_no_service_is_asked_again_and_quoted_without_its_tags(
    status: int,
) -> None:
    asked = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        page = f"<html><style>b {{}}</style><h1>{status} Bad Gateway</h1><hr>nginx</html>"
        return httpx2.Response(status, text=page, headers={"Retry-After": "0"})

    with pytest.raises(Unreachable) as refused:
        await _transport(server).ask(Message, "POST", "/posts")
    assert len(asked) == 4
    assert refused.value.why == f"{status} Bad Gateway nginx"
    assert "what is in front of it" in refused.value.what


async def test_who_is_not_there_for_long_is_not_waited_for_again() -> None:
    asked = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        raise httpx2.ConnectTimeout("")

    with pytest.raises(Unreachable):
        await _transport(server).ask(Message, "GET", "/posts")
    assert asked == ["GET"]


async def test_what_a_stranger_answers_cannot_draw_on_the_terminal() -> None:
    def server(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404, text="<h1>\x1b]0;gone\x07\x1b[2JNot\u202ehere</h1>")

    with pytest.raises(Unreachable) as refused:
        await _transport(server).ask(Message, "GET", "/posts")
    assert refused.value.why.isprintable()


@pytest.mark.parametrize(("status", "code"), [(404, "route_unknown"), (405, "method_not_allowed")])
async def test_what_an_older_service_does_not_know_is_said_to_be_that(
    status: int, code: str
) -> None:
    with pytest.raises(RefusedVersion) as refused:
        await _transport(lambda _: _told(status, code)).ask(Message, "GET", "/forecast")
    assert "another version" in refused.value.what


async def test_a_certificate_that_is_not_trusted_is_not_tried_again() -> None:
    asked = list[str]()

    def server(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        raise httpx2.ConnectError("x") from ssl.SSLCertVerificationError(1, "self-signed")

    with pytest.raises(Unreachable) as refused:
        await _transport(server).ask(Message, "GET", "/posts")
    assert asked == ["GET"]
    assert "SSL_CERT_FILE" in refused.value.fix


async def test_events_are_read_and_comments_passed_over() -> None:
    async def lines() -> AsyncGenerator[str]:
        for line in ("id: 1-1", "event: ready", "data: {}", "", ": still there", "", "data: x", ""):
            yield line
        for line in ("id: 1-2", "event: post.published", 'data: {"postId": "post_1"}', ""):
            yield line

    found = [event async for event in read_events(lines())]
    assert [(each.id, each.kind) for each in found] == [("1-1", "ready"), ("1-2", "post.published")]
    assert found[1].data == {"postId": "post_1"}
