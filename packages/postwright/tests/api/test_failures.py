"""Whatever goes wrong, the answer has one shape, an id, and no secret."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy import make_url, text

from postwright.cli.serving import serving
from postwright.db.embedded import EmbeddedServer
from tests.factories.api import Api, beside, served_api
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

# It looks for 3 seconds; who stops a statement at a server that is frozen waits for 10.
NO_LONGER_S = 8
KEYS = {"error", "type", "code", "param", "docUrl", "platform", "platformError", "details"}


def checked(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The body of an error, which is one as all are."""
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    assert set(told) == KEYS
    assert told["code"] == code
    assert told["docUrl"].endswith(f"/v1/errors/{code}")
    assert set(told["details"]) >= {"advice", "why", "fix", "findings"}
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return told


async def test_a_path_that_nothing_answers_at(api: Api) -> None:
    told = checked(await api.ask("GET", "/v1/nothing"), 404, "route_unknown")
    assert told["type"] == "not_found"
    checked(await api.ask("GET", "/v1"), 404, "route_unknown")
    checked(await api.ask("GET", "/v1/profiles/", await api.key()), 404, "route_unknown")
    checked(await api.ask("GET", "/v1/profiles/a%00b", await api.key()), 404, "route_unknown")


async def test_an_errors_address_explains_it_to_whoever_asks(api: Api) -> None:
    told = checked(await api.ask("GET", "/v1/profiles"), 401, "api_key_missing")
    assert told["docUrl"] == f"{api.url}/v1/errors/api_key_missing"
    meaning = await api.ask("GET", "/v1/errors/api_key_missing")
    assert meaning.status_code == 200
    assert meaning.json() == {
        "code": "api_key_missing",
        "meaning": "The request shows no API key.",
        "advice": "fix",
    }
    checked(await api.ask("GET", "/v1/errors/nothing"), 404, "error_unknown")


async def test_errors_may_be_explained_elsewhere(api: Api) -> None:
    settings = beside(api.service.settings, docs_url="https://docs.example.com/errors")
    async with served_api(api.service, settings) as other:
        told = (await other.ask("GET", "/v1/profiles")).json()
        assert told["docUrl"] == "https://docs.example.com/errors#api_key_missing"


async def test_a_method_that_a_path_does_not_answer_to(api: Api) -> None:
    answer = await api.ask("PATCH", "/v1/profiles", await api.key())
    checked(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    answer = await api.ask("OPTIONS", "/v1/accounts/conn_of_nobody", await api.key())
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, PATCH, PUT"
    answer = await api.ask("OPTIONS", "/v1/accounts/health", await api.key())
    assert answer.headers["Allow"] == "GET, HEAD"


async def test_head_is_answered_as_get_is_without_the_body(api: Api) -> None:
    key = await api.key()
    for path in ("/healthz", "/v1/profiles", "/v1/profiles/prof_of_nobody"):
        whole, head = await api.ask("GET", path, key), await api.ask("HEAD", path, key)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert (await api.ask("HEAD", "/v1/profiles")).status_code == 401


async def test_a_field_that_is_wrong_is_named_as_the_caller_wrote_it(api: Api) -> None:
    key = await api.key()
    body = {"name": "x", "scope": "profiles", "profileIds": ["a", 7]}
    told = checked(await api.ask("POST", "/v1/api-keys", key, json=body), 400, "invalid_request")
    assert told["param"] == "profileIds[1]"
    told = checked(await api.ask("GET", "/v1/profiles?limit=0&skip=x", key), 400, "invalid_request")
    assert [each["param"] for each in told["details"]["findings"]] == ["limit", "skip"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"name": ', 400, "invalid_request"),
        (b"[]", 400, "invalid_request"),
        (b'{"name": "a\\u0000b"}', 400, "invalid_request"),
        (b'{"name": "\\ud800"}', 400, "invalid_request"),
        (b"[" * 100_000, 400, "invalid_request"),
        (b"\xff\xfe", 400, "invalid_request"),
        (b"", 400, "invalid_request"),
        (json.dumps({"name": "x" * 1024 * 1024}).encode(), 413, "body_too_large"),
    ],
)
async def test_a_body_that_cannot_be_read(api: Api, body: bytes, status: int, code: str) -> None:
    answer = await api.ask(
        "POST",
        "/v1/profiles",
        await api.key(),
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert checked(answer, status, code)["param"] in {None, "name"}


async def test_what_could_not_be_stored_or_told_again_is_refused(api: Api) -> None:
    key = await api.key()
    deep = '{"a":' * 40 + "1" + "}" * 40
    for value in (deep, '{"a": NaN}', '{"a": 1e999}', '{"\\ud800": 1}', '{"a": ["\\u0000"]}'):
        for name in ("metadata", "tiktokSettings"):
            body = f'{{"isDraft": true, "{name}": {value}}}'
            answer = await api.ask(
                "POST", "/v1/posts", key, content=body, headers={"Content-Type": "application/json"}
            )
            checked(answer, 400, "invalid_request")
    wrong: list[list[Any]] = [["2026-01-01T00:00:00Z", each] for each in ("\ud800", "a\0", 1)]
    for values in wrong:
        cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        for path in ("/v1/posts", "/v1/media", "/v1/accounts"):
            answer = await api.ask("GET", path, key, params={"cursor": cursor})
            assert checked(answer, 400, "invalid_request")["param"] == "cursor"


async def test_what_is_ignored_is_told_within_bounds(api: Api) -> None:
    body = {"name": "x", **{f"{n}" + "z" * 1000: 1 for n in range(500)}}
    answer = await api.ask("POST", "/v1/profiles", await api.key(), json=body)
    assert answer.status_code == 201
    assert len(answer.json()["warnings"]) == 20
    assert len(answer.text) < 5000


async def test_a_body_whose_length_is_not_said_is_bounded_too(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    answer = await api.ask(
        "POST",
        "/v1/profiles",
        await api.key(),
        content=endless(),
        headers={"Content-Type": "application/json"},
    )
    checked(answer, 413, "body_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_a_body_of_another_type(api: Api, kind: str | None) -> None:
    answer = await api.ask(
        "POST",
        "/v1/profiles",
        await api.key(),
        content=b'{"name": "x"}',
        headers={"Content-Type": kind} if kind else {},
    )
    checked(answer, 415, "media_type_unsupported")


async def test_nobody_unknown_is_told_anything_of_a_body(api: Api) -> None:
    answer = await api.ask(
        "POST", "/v1/profiles", content=b"{", headers={"Content-Type": "application/json"}
    )
    checked(answer, 401, "api_key_missing")


@pytest.fixture
def failing_commits(api: Api, server: EmbeddedServer) -> Generator[None]:
    """Whatever makes a profile fails when it is committed, as on a disk that is full."""
    owner = server.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("""
            CREATE FUNCTION fail_it() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'secret words of the database'; END $$;
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON profiles
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_it();
        """)
        yield
        connection.execute("DROP FUNCTION fail_it CASCADE")


@pytest.mark.usefixtures("failing_commits")
async def test_a_commit_that_fails_is_a_500_and_stores_nothing(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await api.ask(
        "POST",
        "/v1/profiles",
        await api.key(),
        json={"name": "x"},
        headers={"Idempotency-Key": "k"},
    )
    told = checked(answer, 500, "internal_error")
    assert told["type"] == "api_error"
    assert "secret" not in answer.text
    assert "secret words" in caplog.text
    async with api.service.database.transaction() as session:
        counts = await session.execute(
            text("SELECT (SELECT count(*) FROM profiles), (SELECT count(*) FROM api_calls)")
        )
        assert tuple(counts.one()) == (1, 0)


async def test_a_database_that_is_gone_is_a_503_that_says_when_to_come_again(
    service: Service,
) -> None:
    nowhere = "postgresql+psycopg://somebody:hidden@127.0.0.1:1/nothing"
    async with (
        serving(service.settings, nowhere) as url,
        httpx2.AsyncClient(base_url=url, verify=False) as http,
    ):
        headers = {"Authorization": "Bearer pw_" + "x" * 43}
        answer = await http.get("/v1/profiles", headers=headers)
        told = checked(answer, 503, "database_gone")
        assert told["details"]["advice"] == "retry"
        assert int(answer.headers["Retry-After"]) > 0
        assert "hidden" not in answer.text
        assert "127.0.0.1" not in str({**told, "docUrl": "how the caller has come here"})
        ready = await http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json() == {
            "status": "failing",
            "database": "failing",
            "migrations": "failing",
            "storage": "ok",
        }
        assert (await http.get("/healthz")).json() == {"status": "ok"}


@dataclass
class Way:
    """A way to the database that lets everything through until it holds it all."""

    url: str
    holds: asyncio.Event = field(default_factory=asyncio.Event)
    writers: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(ConnectionError):
            while piece := await reader.read(65_536):
                if not self.holds.is_set():
                    writer.write(piece)
        writer.transport.abort()

    async def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def on_the_way_to(url: str) -> AsyncGenerator[Way]:
    real = make_url(url)
    tasks = list[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        socket = f"{real.query['host']}/.s.PGSQL.{real.query['port']}"
        theirs, to_them = await asyncio.open_unix_connection(socket)
        for each in (way.pass_on(reader, to_them), way.pass_on(theirs, writer)):
            tasks.append(asyncio.create_task(each))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = real.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
    way = Way(through.render_as_string(hide_password=False))
    yield way
    server.close()
    await way.cut()
    await asyncio.gather(*tasks)


async def test_a_database_that_says_nothing_any_more_is_told_of_in_time(service: Service) -> None:
    url = service.settings.database_url
    assert url is not None
    async with (
        on_the_way_to(url.get_secret_value()) as way,
        serving(service.settings, way.url) as address,
        httpx2.AsyncClient(base_url=address, verify=False, timeout=NO_LONGER_S) as http,
    ):
        assert (await http.get("/readyz")).status_code == 200
        way.holds.set()
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "failing")
        assert (await http.get("/healthz")).status_code == 200
        await way.cut()


async def test_the_id_of_a_request_is_given_back_and_is_in_the_audit_log(api: Api) -> None:
    key = await api.key()
    answer = await api.ask(
        "POST", "/v1/profiles", key, json={"name": "x"}, headers={"X-Request-Id": "mine-1"}
    )
    assert answer.headers["X-Request-Id"] == "mine-1"
    async with api.service.database.transaction() as session:
        ids = await session.scalars(
            text("SELECT details ->> 'request_id' FROM audit_log WHERE action = 'profile.made'")
        )
        assert list(ids) == ["mine-1"]
    for bad in ("x" * 200, "a b", 'a"b'):
        answer = await api.ask("GET", "/v1/auth/verify", key, headers={"X-Request-Id": bad})
        assert answer.headers["X-Request-Id"].startswith("req_")
