"""The public address as the doctor sees it: good, and broken in every way that matters."""

import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from postwright.cli.doctor import between, ownership, public
from postwright.cli.doctor.verdict import Light, Scene, Verdict
from postwright.cli.serving import serving, signer_of
from postwright.config import MediaSettings, Settings, WebSettings
from postwright.db.database import Database
from postwright.db.embedded import EmbeddedServer
from tests.factories.certificates import certificate
from tests.factories.front import Answer, Habit, Pass, front, honest

pytestmark = pytest.mark.slow

HOST = "media.example.com"
NAME = f"tiktok{'0Aa1' * 8}.txt"
Headers = dict[str, str]


@asynccontextmanager
async def standing(
    database_url: str, folder: Path, habit: Habit = honest, *, days: float = 80, path: str = ""
) -> AsyncGenerator[Scene]:
    """The web part behind a proxy with TLS, under a name that the doctor is told the way to."""
    context, trusted = certificate(folder, HOST, days=days)
    settings = Settings(
        database_url=SecretStr(database_url),
        data_dir=folder / "data",
        key_file=folder / "key",
        media=MediaSettings(reserve_bytes=0),
        web=WebSettings(public_url=f"https://{HOST}{path}", port=0, tiktok_verification=NAME),
    )
    async with serving(settings, database_url) as address, front(address, habit, context) as port:
        here = settings.web.model_copy(update={"port": int(address.rpartition(":")[2])})
        yield Scene(
            settings.model_copy(update={"web": here}),
            connect_to={f"{HOST}:443": f"127.0.0.1:{port}"},
            authorities=trusted,
        )


def lights(verdicts: list[Verdict]) -> dict[str, Light]:
    return {verdict.about: verdict.light for verdict in verdicts}


async def seen(scene: Scene) -> list[Verdict]:
    checks = (public.check, ownership.check, between.check)
    return [verdict for check in checks for verdict in await check(scene)]


def red(verdicts: list[Verdict], about: str) -> str:
    """What is said of the one thing that is wrong, and that it says what to do."""
    (wrong,) = [each for each in verdicts if each.light is not Light.GREEN]
    assert wrong.about == about, wrong
    assert wrong.do
    return wrong.says


@pytest.mark.parametrize("path", ["", "/postwright"])
async def test_a_good_address_is_green_all_over(
    database_url: str, tmp_path: Path, path: str
) -> None:
    async with standing(database_url, tmp_path, path=path) as scene:
        found = await seen(scene)
        assert set(lights(found)) == {
            "web", "public address", "certificate", "ownership", "in between",
        }  # fmt: skip
        assert set(lights(found).values()) == {Light.GREEN}, found
        secret = signer_of(scene.settings).proof("0" * 32)
        assert secret not in str(found)


async def test_a_certificate_near_its_end_is_amber(database_url: str, tmp_path: Path) -> None:
    async with standing(database_url, tmp_path, days=5) as scene:
        assert "4 days more" in red(await seen(scene), "certificate")


async def test_a_certificate_that_nobody_trusts_is_red(database_url: str, tmp_path: Path) -> None:
    async with standing(database_url, tmp_path) as scene:
        found = await public.check(replace(scene, authorities=None))
        assert "certificate is not good" in red(list(found), "public address")


async def test_a_proxy_that_redirects_is_red(database_url: str, tmp_path: Path) -> None:
    async def redirecting(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        return 301, {"location": f"https://www.{HOST}{path}"}, b""

    async with standing(database_url, tmp_path, redirecting) as scene:
        found = await seen(scene)
    assert lights(found)["public address"] is lights(found)["ownership"] is Light.RED
    assert f"redirects to https://www.{HOST}/" in str(found)


async def test_a_proxy_that_caches_is_red(database_url: str, tmp_path: Path) -> None:
    kept = dict[str, Answer]()

    async def caching(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        if method == "GET" and not headers and path.endswith(".jpg"):
            kept[path] = kept.get(path) or await on(method, path, headers)
            return kept[path]
        return await on(method, path, headers)

    async with standing(database_url, tmp_path, caching) as scene:
        assert "same answer twice" in red(await seen(scene), "in between")


async def test_a_proxy_that_converts_pictures_is_red(database_url: str, tmp_path: Path) -> None:
    async def converting(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        status, said, body = await on(method, path, headers)
        if path.endswith(".jpg") and method == "GET":
            return status, {**said, "content-length": "60000"}, body[:60_000]
        return status, said, body

    async with standing(database_url, tmp_path, converting) as scene:
        assert "changes the bytes" in red(await seen(scene), "in between")


async def test_a_proxy_that_compresses_is_red(database_url: str, tmp_path: Path) -> None:
    async def compressing(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        status, said, body = await on(method, path, headers)
        if not path.endswith(".jpg") or method != "GET":
            return status, said, body
        small = gzip.compress(body)
        length = {"content-encoding": "gzip", "content-length": str(len(small))}
        return status, {**said, **length}, small

    async with standing(database_url, tmp_path, compressing) as scene:
        assert "compresses" in red(await seen(scene), "in between")


async def test_a_proxy_that_drops_ranges_or_heads_is_amber(
    database_url: str, tmp_path: Path
) -> None:
    async def rangeless(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        return await on(method, path, {})

    async def headless(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        return (405, {}, b"") if method == "HEAD" else await on(method, path, headers)

    async with standing(database_url, tmp_path, rangeless) as scene:
        assert "range" in red(await seen(scene), "in between")
    async with standing(database_url, tmp_path, headless) as scene:
        assert "HEAD" in red(await seen(scene), "in between")


async def test_somebody_else_at_the_address_is_red(database_url: str, tmp_path: Path) -> None:
    async def strange(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        return 200, {}, b"<h1>It works!</h1>"

    async with standing(database_url, tmp_path, strange) as scene:
        found = await seen(scene)
    assert lights(found)["public address"] is lights(found)["ownership"] is Light.RED
    assert "Something else answers" in str(found)


async def test_a_file_of_ownership_that_does_not_come_through_is_red(
    database_url: str, tmp_path: Path
) -> None:
    async def partial(method: str, path: str, headers: Headers, on: Pass) -> Answer:
        return (404, {}, b"") if path == f"/{NAME}" else await on(method, path, headers)

    async with standing(database_url, tmp_path, partial) as scene:
        assert f"https://{HOST}/{NAME} answers 404" in red(await seen(scene), "ownership")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://10.0.0.1", "https://localhost:1"])
async def test_an_address_that_tiktok_takes_never_is_red_whoever_answers(
    tmp_path: Path, url: str
) -> None:
    settings = Settings(
        data_dir=tmp_path, key_file=tmp_path / "key", web=WebSettings(public_url=url, port=1)
    )
    scene = Scene(settings, connect_to={"10.0.0.1:443": "127.0.0.1:1"})
    says = " ".join(verdict.says for verdict in await public.check(scene))
    assert "TikTok takes no address like" in says
    assert "does not answer" in says  # the web part is not running


async def test_a_web_part_that_workers_know_of_may_run_elsewhere(
    database_url: str, own_server: EmbeddedServer, tmp_path: Path
) -> None:
    ours, others = Database(database_url), Database(own_server.app_url)
    try:
        async with standing(database_url, tmp_path) as scene:
            assert "answers at" in await said_of_web(replace(scene, database=ours))
            elsewhere = scene.settings.web.model_copy(update={"port": 1})
            settings = scene.settings.model_copy(update={"web": elsewhere})
            says = await said_of_web(replace(scene, settings=settings, database=ours))
            assert says == "green A web part is running, not at http://127.0.0.1:1 on this machine."
            says = await said_of_web(replace(scene, database=others))
            assert says.startswith("red The web part answers")
            assert "no connection of it to the database is there" in says
    finally:
        await ours.close()
        await others.close()


async def said_of_web(scene: Scene) -> str:
    (verdict,) = [each for each in await public.check(scene) if each.about == "web"]
    return f"{verdict.light} {verdict.says}"


async def test_on_a_laptop_it_says_what_works_and_what_does_not(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, key_file=tmp_path / "key")
    (verdict,) = await seen(Scene(settings))
    assert verdict.light is Light.AMBER
    assert "Videos are uploaded" in verdict.says
    assert "Photos do not work" in verdict.says
    assert "tunnel" in verdict.do
