"""Whatever a server does, the error is of the right class, says what to do, and tells no secret."""

import asyncio
import gzip
import logging
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.factories.loopback import Behaviour, reply, serve, whole_body
from tiktok_client import (
    Advice,
    APIError,
    AsyncTikTok,
    AsyncTransport,
    CallRecord,
    Chunk,
    CreatorInfo,
    Endpoints,
    InvalidRequest,
    PostingRefused,
    RateLimited,
    ResponseError,
    ServerFault,
    TikTok,
    TikTokError,
    TimedOut,
    TokenInvalid,
    Transport,
    TransportError,
    UploadError,
)

from .calling import OK

STALE, FRESH = "act.s3cret.stale", "act.s3cret.fresh"
UPLOAD = "/upload?upload_id=s3cret1&upload_token=s3cret2"
CREATOR = (
    b'{"data":{"creator_username":"maya","creator_nickname":"Maya","creator_avatar_url":"",'
    b'"privacy_level_options":["SELF_ONLY"],"comment_disabled":false,"duet_disabled":false,'
    b'"stitch_disabled":false,"max_video_post_duration_sec":60},'
    b'"error":{"code":"ok","message":"","log_id":"L1"}}'
)


def refusal(code: str, *, log_id: str = "L9") -> bytes:
    """TikTok's shape; the message repeats what it was sent, as no gateway should."""
    said = f"{code}: {STALE} {FRESH} http://host{UPLOAD} is not right"
    text = f'{{"error":{{"code":"{code}","message":"{said}","log_id":"{log_id}"}}}}'
    return text.encode()


class Provider:
    """A token that can be renewed once, for either client."""

    def __init__(self) -> None:
        self.tokens = [STALE]
        self.refused: list[str] = []


class WaitingProvider(Provider):
    async def get(self) -> str:
        return self.tokens[-1]

    async def rejected(self, token: str, /) -> None:
        self.refused.append(token)
        self.tokens.append(FRESH)


class BlockingProvider(Provider):
    def get(self) -> str:
        return self.tokens[-1]

    def rejected(self, token: str, /) -> None:
        self.refused.append(token)
        self.tokens.append(FRESH)


@dataclass
class Client:
    """Creator info and one PUT, in either kind."""

    waits: bool
    records: list[CallRecord] = field(default_factory=list[CallRecord])
    provider: WaitingProvider | BlockingProvider | None = None

    async def ask(self, base: str, timeout_s: float = 20.0) -> CreatorInfo:
        """One call."""
        at = Endpoints.at(base)
        if self.waits:
            self.provider = waiting = WaitingProvider()
            async with AsyncTransport(on_call=self.records.append, timeout_s=timeout_s) as carrier:
                client = AsyncTikTok(token=waiting, endpoints=at, transport=carrier)
                return await client.posting.creator_info()
        self.provider = blocking = BlockingProvider()

        def call() -> CreatorInfo:
            with Transport(on_call=self.records.append, timeout_s=timeout_s) as carrier:
                client = TikTok(token=blocking, endpoints=at, transport=carrier)
                return client.posting.creator_info()

        return await asyncio.to_thread(call)

    async def put(self, base: str, content: bytes, timeout_s: float) -> None:
        """One chunk."""
        at, size = Endpoints.at(base), len(content)
        chunk = Chunk(0, 0, size - 1, is_last=True)
        if self.waits:
            async with AsyncTransport(
                on_call=self.records.append, upload_timeout_s=timeout_s
            ) as carrier:
                posting = AsyncTikTok(endpoints=at, transport=carrier).posting
                await posting.upload_chunk(base + UPLOAD, content, chunk, total_bytes=size)
            return

        def call() -> None:
            with Transport(on_call=self.records.append, upload_timeout_s=timeout_s) as carrier:
                posting = TikTok(endpoints=at, transport=carrier).posting
                posting.upload_chunk(base + UPLOAD, content, chunk, total_bytes=size)

        await asyncio.to_thread(call)


@pytest.fixture(params=["async", "sync"])
def client(request: pytest.FixtureRequest) -> Client:
    return Client(waits=request.param == "async")


def says(*answers: bytes) -> Behaviour:
    """A server that gives these answers, in turn; the last one for ever."""
    left = list(answers)

    async def behave(reader: StreamReader, writer: StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return behave


def breaks(before: bytes = b"", *, resets: bool) -> Behaviour:
    """A server that says this much and then closes, or resets."""

    async def behave(reader: StreamReader, writer: StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        writer.write(before)
        await writer.drain()
        if resets:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        else:
            writer.close()

    return behave


async def resets_at_once(reader: StreamReader, writer: StreamWriter, head: bytes) -> None:
    """The request was sent, but nobody reads its body."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def stalls(reader: StreamReader, writer: StreamWriter, head: bytes) -> None:
    await asyncio.Event().wait()


OK_200, HTML = "200 OK", "Content-Type: text/html\r\nx-tt-logid: H1\r\n"
UNAUTHORISED = reply("401 Unauthorized", refusal("access_token_invalid"))
DEEP = b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b',"error":{"code":"ok"}}'


@dataclass(frozen=True)
class Case:
    """What a server does, and what becomes of it."""

    name: str
    behaviour: Callable[[], Behaviour]
    error: type[TikTokError]
    advice: Advice
    log_id: str | None = None
    code: str | None = None
    sent: bool | None = None


CASES = [
    Case("401 twice", lambda: says(UNAUTHORISED), TokenInvalid, Advice.REAUTHORISE,
         "L9", "access_token_invalid"),
    Case("bare 401", lambda: says(reply("401 Unauthorized", b"<html>s3cret</html>", HTML)),
         TokenInvalid, Advice.REAUTHORISE, "H1", ""),
    Case("429", lambda: says(reply("429 Too Many", refusal("rate_limit_exceeded"))),
         RateLimited, Advice.RETRY_LATER, "L9", "rate_limit_exceeded"),
    Case("bare 429", lambda: says(reply("429 Too Many", b"slow down", HTML)),
         RateLimited, Advice.RETRY_LATER, "H1", ""),
    Case("500 in HTML", lambda: says(reply("500 Oops", b"<html>s3cret</html>", HTML)),
         ServerFault, Advice.RETRY, "H1", ""),
    Case("internal_error", lambda: says(reply("500 Oops", refusal("internal_error"))),
         ServerFault, Advice.RETRY, "L9", "internal_error"),
    Case("HTTP 200 with a code",
         lambda: says(reply(OK_200, refusal("spam_risk_too_many_posts"))),
         PostingRefused, Advice.RETRY_LATER, "L9", "spam_risk_too_many_posts"),
    Case("invalid_param", lambda: says(reply("400 Bad", refusal("invalid_param"))),
         InvalidRequest, Advice.FIX_INPUT, "L9", "invalid_param"),
    Case("invalid_params", lambda: says(reply("400 Bad", refusal("invalid_params"))),
         InvalidRequest, Advice.FIX_INPUT, "L9", "invalid_params"),
    Case("log_id in a header only",
         lambda: says(reply("400 Bad", refusal("invalid_params", log_id=""), HTML)),
         InvalidRequest, Advice.FIX_INPUT, "H1", "invalid_params"),
    Case("a code nobody knows", lambda: says(reply("403 No", refusal("short_and_stout"))),
         APIError, Advice.GIVE_UP, "L9", "short_and_stout"),
    Case("truncated JSON", lambda: says(reply(OK_200, CREATOR[:-30], HTML)),
         ResponseError, Advice.RETRY_LATER, "H1"),
    Case("no body", lambda: says(reply(OK_200)), ResponseError, Advice.RETRY_LATER),
    Case("HTML with 200", lambda: says(reply(OK_200, b"<html>", HTML)),
         ResponseError, Advice.RETRY_LATER, "H1"),
    Case("deep JSON", lambda: says(reply(OK_200, DEEP)), ResponseError, Advice.RETRY_LATER),
    Case("not gzip, though it says so",
         lambda: says(reply(OK_200, b"plain", "Content-Encoding: gzip\r\n")),
         TransportError, Advice.RETRY, sent=True),
    Case("a huge body", lambda: says(reply(OK_200, b" " * 6_000_000)),
         TransportError, Advice.RETRY, sent=True),
    Case("not HTTP", lambda: says(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
         TransportError, Advice.RETRY, sent=True),
    Case("reset before the answer", lambda: breaks(resets=True),
         TransportError, Advice.RETRY, sent=True),
    Case("reset before the body is read", lambda: resets_at_once,
         TransportError, Advice.RETRY, sent=True),
    Case("reset in mid-answer", lambda: breaks(reply(OK_200, CREATOR)[:-30], resets=True),
         TransportError, Advice.RETRY, sent=True),
    Case("closed in mid-answer", lambda: breaks(reply(OK_200, CREATOR)[:-30], resets=False),
         TransportError, Advice.RETRY, sent=True),
    Case("closed in mid-head", lambda: breaks(b"HTTP/1.1 200 OK\r\nConte", resets=False),
         TransportError, Advice.RETRY, sent=True),
    Case("a stall", lambda: stalls, TimedOut, Advice.RETRY, sent=True),
]  # fmt: skip


def told(error: BaseException) -> str:
    """All that an error says, and what it was made from says."""
    chain = ""
    cause: BaseException | None = error
    while cause is not None:
        chain += f"{cause} {cause!r} {cause.args}"
        cause = cause.__cause__ or cause.__context__
    return chain


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_fault_is_the_error_that_says_what_to_do(
    client: Client, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    timeout_s = 0.3 if case.error is TimedOut else 20.0
    async with serve(case.behaviour()) as served:
        with caplog.at_level(logging.DEBUG), pytest.raises(TikTokError) as caught:
            await client.ask(served.base, timeout_s)
    error, record = caught.value, client.records[-1]
    assert type(error) is case.error
    assert (error.advice, error.operation) == (case.advice, "creator_info")
    assert getattr(error, "sent", None) is case.sent
    assert getattr(error, "log_id", None) == case.log_id
    assert (record.error, record.log_id) == (case.error.__name__, case.log_id)
    assert record.code == case.code
    assert getattr(error, "code", None) == case.code
    assert "s3cret" not in told(error) + repr(client.records) + caplog.text


async def test_after_one_401_the_call_is_made_again_with_a_new_token(client: Client) -> None:
    async with serve(says(UNAUTHORISED, reply(OK_200, CREATOR))) as served:
        assert (await client.ask(served.base)).username == "maya"
    assert client.provider is not None
    assert client.provider.refused == [STALE]
    assert [record.code for record in client.records] == ["access_token_invalid", "ok"]
    assert [STALE.encode() in head for head in served.heads] == [True, False]
    assert FRESH.encode() in served.heads[1]


async def test_after_two_401_the_provider_has_heard_of_both_tokens(client: Client) -> None:
    async with serve(says(UNAUTHORISED)) as served:
        with pytest.raises(TokenInvalid):
            await client.ask(served.base)
    assert client.provider is not None
    assert client.provider.refused == [STALE, FRESH]
    assert len(served.heads) == 2


def in_ten_s() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=10), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "low_s", "high_s"),
    [
        (lambda: "Retry-After: 12\r\n", 12, 12),
        (lambda: f"Retry-After: {in_ten_s()}\r\n", 5, 11),
        (lambda: "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 7\r\n", 7, 7),
        (lambda: "", None, None),
    ],
)
async def test_a_429_tells_how_long_to_wait_in_every_form(
    client: Client, headers: Callable[[], str], low_s: float | None, high_s: float | None
) -> None:
    answer = reply("429 Too Many", refusal("rate_limit_exceeded"), headers())
    async with serve(says(answer)) as served:
        with pytest.raises(RateLimited) as caught:
            await client.ask(served.base)
    wait_s = caught.value.retry_after
    if low_s is None or high_s is None:
        assert wait_s is None
    else:
        assert wait_s is not None
        assert low_s <= wait_s <= high_s


@pytest.mark.parametrize(
    "answer",
    [
        reply(OK_200, gzip.compress(CREATOR), "Content-Encoding: gzip\r\n"),
        reply(OK_200, CREATOR, "Content-Type: text/plain\r\n"),
        reply(OK_200, b"\n  " + CREATOR),
    ],
    ids=["gzip", "another content type", "white space"],
)
async def test_an_answer_is_read_however_it_is_wrapped(client: Client, answer: bytes) -> None:
    async with serve(says(answer)) as served:
        assert (await client.ask(served.base)).username == "maya"


PUTS = [
    Case("reset", lambda: resets_at_once, TransportError, Advice.ASK_STATUS, sent=True),
    Case("reset after all", lambda: breaks(resets=True),
         TransportError, Advice.ASK_STATUS, sent=True),
    Case("stall", lambda: stalls, TimedOut, Advice.ASK_STATUS, sent=True),
    Case("huge", lambda: says(reply("201 Created", b" " * 200_000)),
         TransportError, Advice.ASK_STATUS, sent=True),
    Case("500", lambda: says(reply("500 Oops", b"<html>" + UPLOAD.encode())),
         UploadError, Advice.RETRY),
]  # fmt: skip


@pytest.mark.parametrize("case", PUTS, ids=lambda case: case.name)
async def test_a_fault_of_an_upload_says_what_to_do_and_not_where_it_went(
    client: Client, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    timeout_s = 0.5 if case.error is TimedOut else 20.0
    async with serve(case.behaviour()) as served:
        with caplog.at_level(logging.DEBUG), pytest.raises(TikTokError) as caught:
            await client.put(served.base, b"x" * 3_000_000, timeout_s)
    assert type(caught.value) is case.error
    assert caught.value.advice is case.advice
    assert getattr(caught.value, "sent", None) is case.sent
    assert "s3cret" not in told(caught.value) + repr(client.records) + caplog.text


async def test_what_nobody_knows_is_counted_and_kept() -> None:
    new = OK.replace(b'"data":{', b'"data":{"new_field":{"deep":1},')
    answer = reply(
        OK_200, new.partition(b"\r\n\r\n")[2].replace(b'"error":{', b'"error":{"hue":1,')
    )
    odd = reply("403 No", refusal("short_and_stout"))
    records: list[CallRecord] = []
    async with (
        serve(says(answer, answer, odd)) as served,
        AsyncTransport(on_call=records.append) as transport,
    ):
        at = Endpoints.at(served.base)
        posting = AsyncTikTok(token="t", endpoints=at, transport=transport).posting
        status = await posting.status("p")
        await posting.status("p")
        with pytest.raises(APIError, match="short_and_stout"):
            await posting.creator_info()
        counts = {
            (one.operation, one.kind, one.name): count for one, count in transport.unknown.items()
        }
    assert status.raw["new_field"] == {"deep": 1}
    assert counts == {
        ("status", "field", "data.new_field"): 2,
        ("status", "field", "error.hue"): 2,
        ("creator_info", "code", "short_and_stout"): 1,
    }
    assert [one.name for one in records[0].unknown] == ["data.new_field", "error.hue"]
