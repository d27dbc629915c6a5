"""What the doctor says of database, clock, key, store, workers, accounts and the way out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from postwright.cli.doctor import (
    accounts,
    clock,
    database,
    egress,
    key,
    storage,
    versions,
    workers,
)
from postwright.cli.doctor.command import scene_of
from postwright.cli.doctor.look import look
from postwright.cli.doctor.verdict import Check, Light, Scene, Verdict, green
from postwright.config import MediaSettings, Settings
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(service: Service) -> Scene:
    return Scene(service.settings, service.database, workspace_id=service.workspace_id)


async def one(check: Check, scene: Scene) -> Verdict:
    verdicts = await check(scene)
    assert all(verdict.do for verdict in verdicts if verdict.light is not Light.GREEN)
    return verdicts[0]


async def test_a_database_that_is_there_is_green_and_one_that_is_not_is_red(
    scene: Scene,
) -> None:
    verdict = await one(database.check, scene)
    assert verdict.light is Light.GREEN
    assert "PostgreSQL" in verdict.says
    gone = scene.settings.model_copy(
        update={"database_url": SecretStr("postgresql://me:secret-word@127.0.0.1:1/x")}
    )
    async with scene_of(gone) as without:
        verdict = await one(database.check, without)
        assert verdict.light is Light.RED
        assert "secret-word" not in str(verdict)
        for check in (workers.check, accounts.check):
            assert await check(without) == []


async def test_a_database_clock_that_is_wrong_is_red(service: Service, scene: Scene) -> None:
    assert (await one(clock.check, scene)).light is Light.GREEN
    await service.advance(hours=0.01, emulator_too=False)
    assert (await one(clock.check, scene)).light is Light.AMBER
    await service.advance(hours=2, emulator_too=False)
    verdict = await one(clock.check, scene)
    assert verdict.light is Light.RED
    assert "the database's is 7,236 s ahead" in verdict.says


async def test_a_key_that_others_may_read_or_that_opens_nothing_is_red(
    service: Service, scene: Scene, tmp_path: Path
) -> None:
    await service.connect()
    assert "opens what is stored" in (await one(key.check, scene)).says
    scene.settings.key_file.chmod(0o640)
    assert (await one(key.check, scene)).light is Light.RED
    scene.settings.key_file.chmod(0o600)
    other = scene.settings.model_copy(update={"key": SecretStr("A" * 43 + "=")})
    (verdict,) = await look({"master key": key.check}, replace(scene, settings=other))
    assert verdict.light is Light.RED
    assert "A" * 43 not in str(verdict)
    unmade = scene.settings.model_copy(update={"key_file": tmp_path / "unmade"})
    assert (await one(key.check, replace(scene, settings=unmade))).light is Light.AMBER
    assert not (tmp_path / "unmade").exists()


async def test_a_store_that_works_is_green_and_holds_nothing_afterwards(
    scene: Scene, tmp_path: Path
) -> None:
    assert (await one(storage.check, scene)).light is Light.GREEN
    folder = scene.settings.media_folder
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_a_full_disk_or_a_folder_that_is_none_is_red(scene: Scene, tmp_path: Path) -> None:
    full = MediaSettings(folder=tmp_path / "media", reserve_bytes=1 << 60)
    found = await storage.check(
        replace(scene, settings=scene.settings.model_copy(update={"media": full}))
    )
    assert {verdict.light for verdict in found} == {Light.RED}
    assert "no room" in found[0].says
    (tmp_path / "file").write_text("no folder")
    none = MediaSettings(folder=tmp_path / "file" / "media")
    verdict = await one(
        storage.check, replace(scene, settings=scene.settings.model_copy(update={"media": none}))
    )
    assert verdict.light is Light.RED


async def test_no_worker_is_red_and_one_is_green_with_its_version(
    service: Service, scene: Scene
) -> None:
    assert (await one(workers.check, scene)).light is Light.RED
    service.start_worker()
    async with asyncio.timeout(20):
        while (verdict := await one(workers.check, scene)).light is not Light.GREEN:
            await asyncio.sleep(0.1)
    assert "1 of version 0.1.0" in verdict.says


async def test_work_that_nobody_takes_up_is_told(service: Service, scene: Scene) -> None:
    async with service.database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence) "
                "VALUES ('lane_1', 'ws', 'x', 'start', app_now() - interval '1 hour', 0)"
            )
        )
    assert "1 pieces of work are overdue" in (await one(workers.check, scene)).says


async def test_accounts_are_green_until_their_consent_is_gone(
    service: Service, scene: Scene
) -> None:
    assert (await one(accounts.check, scene)).light is Light.AMBER
    await service.connect()
    assert (await one(accounts.check, scene)).light is Light.GREEN
    await service.advance(hours=48, emulator_too=False)
    assert (await one(accounts.check, scene)).light is Light.AMBER
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE connections SET state = 'revoked'"))
    verdict = await one(accounts.check, scene)
    assert verdict.light is Light.RED
    assert "@demo (revoked)" in verdict.says


async def test_the_way_to_tiktok_is_green_or_says_what_is_in_it(scene: Scene) -> None:
    way, app = await egress.check(scene)
    assert (way.light, app.light) == (Light.GREEN, Light.GREEN)
    assert "not the real one" in way.says
    proxied = scene.settings.model_copy(
        update={"proxy": SecretStr("http://me:secret-word@127.0.0.1:1")}
    )
    verdict = await one(egress.check, replace(scene, settings=proxied))
    assert verdict.light is Light.RED
    assert "POSTWRIGHT_PROXY" in verdict.do
    assert "secret-word" not in str(verdict)


async def test_the_programs_are_named_with_their_versions(scene: Scene) -> None:
    verdict = await one(versions.check, scene)
    assert verdict.light is Light.GREEN
    assert "Python 3." in verdict.says


async def test_a_look_that_fails_or_hangs_leaves_the_others_alone(tmp_path: Path) -> None:
    async def failing(_: Scene) -> Sequence[Verdict]:
        raise RuntimeError("with a secret in it")

    async def hanging(_: Scene) -> Sequence[Verdict]:
        await asyncio.Event().wait()
        return []

    async def well(_: Scene) -> Sequence[Verdict]:
        return [green("well", "It is.")]

    scene = Scene(Settings(data_dir=tmp_path, key_file=tmp_path / "key"))
    checks: dict[str, Check] = {"failing": failing, "hanging": hanging, "well": well}
    began = datetime.now(UTC)
    found = await look(checks, scene, timeout_s=0.3)
    assert [verdict.light for verdict in found] == [Light.RED, Light.RED, Light.GREEN]
    assert "secret" not in str(found)
    assert datetime.now(UTC) - began < timedelta(seconds=3)
