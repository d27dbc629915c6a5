"""The machinery of `--live`: an emulator takes the part of the real TikTok."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contract.conftest import NO_LIMITS
from tests.contract.desk import ALL_SCOPES, DESKTOP, UNAUDITED, Desk
from tests.contract.live import LiveRefused, TokenFile, read_keys
from tests.contract.shelf import photo, shelf
from tiktok_client import AsyncTikTok, AsyncTransport, CallRecord, OAuthError
from tools.live_page import live_tests

ROOT = Path(__file__).resolve().parents[2]
APP = {"TIKTOK_LIVE_CLIENT_KEY": "aw-mine", "TIKTOK_LIVE_CLIENT_SECRET": "hush"}
REFRESH = {"TIKTOK_LIVE_REFRESH_TOKEN": "rft.mine", "TIKTOK_LIVE_TOKEN_FILE": "tokens.json"}


async def run_live(given: Mapping[str, str], *options: str) -> tuple[int, str]:
    """Run pytest with --live in a process of its own; return how it ended and what it said."""
    kept = {name: value for name, value in os.environ.items() if not _ours(name)}  # noqa: TID251  # PATH and the like for a child
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "--live", "-q", *options),
        "tests/contract",
        cwd=ROOT,
        env=kept | dict(given),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def _ours(name: str) -> bool:
    return name.startswith(("TIKTOK_LIVE_", "PYTEST_")) or name == "CI"


@pytest.mark.slow
async def test_all_live_tests_pass_against_what_stands_in_for_tiktok(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.settings(rate_limits={**NO_LIMITS, "window_s": 60})
    await desk.control("PATCH", f"apps/{UNAUDITED.client_key}", {"allow_localhost_urls": True})
    grant = await desk.grant("pia", UNAUDITED, ALL_SCOPES)
    kept = tmp_path / "tokens.json"
    async with shelf() as media:
        code, said = await run_live(
            {
                "TIKTOK_LIVE_CLIENT_KEY": UNAUDITED.client_key,
                "TIKTOK_LIVE_CLIENT_SECRET": UNAUDITED.client_secret,
                "TIKTOK_LIVE_REFRESH_TOKEN": grant.refresh_token,
                "TIKTOK_LIVE_TOKEN_FILE": str(kept),
                "TIKTOK_LIVE_BASE_URL": desk.base_url,
                "TIKTOK_LIVE_PHOTO_URL": media.put("/one.jpg", photo()),
                "TIKTOK_LIVE_RISKS": "1",
            }
        )
    assert code == 0, said
    told = list(live_tests())
    inits, posts, drafts = (sum(test.cost[kind] for test in told) for kind in range(3))
    passed = int(re.findall(r"(\d+) passed", said)[0])
    assert f"live: {passed} tests; {inits} inits, {posts} posts, {drafts} drafts" in said
    assert len(told) <= passed
    made = await desk.posts()
    assert len(made) == posts
    # The token of the variable is dead by now, and the one in the file works.
    assert kept.stat().st_mode & 0o077 == 0
    oauth = desk.client(app=UNAUDITED).oauth
    with pytest.raises(OAuthError):
        await oauth.refresh(refresh_token=grant.refresh_token)
    newest = json.loads(kept.read_text(encoding="utf-8"))["refresh_token"]
    await oauth.refresh(refresh_token=newest)
    assert newest not in said
    assert UNAUDITED.client_secret not in said


@pytest.mark.slow
async def test_a_live_test_that_fails_shows_no_secret(desk: Desk, tmp_path: Path) -> None:
    await desk.settings(oauth_error_status=400)
    grant = await desk.grant("pia", UNAUDITED, ALL_SCOPES)
    kept = tmp_path / "tokens.json"
    code, said = await run_live(
        {
            "TIKTOK_LIVE_CLIENT_KEY": UNAUDITED.client_key,
            "TIKTOK_LIVE_CLIENT_SECRET": UNAUDITED.client_secret,
            "TIKTOK_LIVE_REFRESH_TOKEN": grant.refresh_token,
            "TIKTOK_LIVE_TOKEN_FILE": str(kept),
            "TIKTOK_LIVE_BASE_URL": desk.base_url,
        },
        *("-k", "refresh_token_that_never_was or json_is_no_form"),
    )
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "2 failed" in said
    now = json.loads(kept.read_text(encoding="utf-8"))
    secrets = (UNAUDITED.client_secret, grant.refresh_token, grant.access_token)
    for secret in (*secrets, now["refresh_token"], now["access_token"]):
        assert secret not in said


@pytest.mark.slow
async def test_live_tests_never_go_side_by_side() -> None:
    code, said = await run_live(APP | {"TIKTOK_LIVE_ACCESS_TOKEN": "act.mine"}, "-n", "2")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "leave out -n" in said


@pytest.mark.slow
async def test_without_keys_a_live_run_ends_at_once() -> None:
    code, said = await run_live({})
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "TIKTOK_LIVE_CLIENT_KEY and TIKTOK_LIVE_CLIENT_SECRET" in said
    assert "passed" not in said


@pytest.mark.slow
async def test_what_needs_more_than_was_given_is_left_out_and_told() -> None:
    given = APP | {"TIKTOK_LIVE_ACCESS_TOKEN": "act.mine"}
    code, said = await run_live(given, "--collect-only")
    assert code == 0
    for variable in ("TIKTOK_LIVE_PHOTO_URL", "TIKTOK_LIVE_REFRESH_TOKEN", "TIKTOK_LIVE_RISKS=1"):
        assert f"live: left out, for want of {variable}: test_" in said
    assert "test_the_clients_code_table_is_the_specs" not in said


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (APP | REFRESH | {"CI": "true"}, "never runs on a build server"),
        (REFRESH, "TIKTOK_LIVE_CLIENT_KEY"),
        (APP, "TIKTOK_LIVE_REFRESH_TOKEN"),
        (APP | {"TIKTOK_LIVE_REFRESH_TOKEN": "rft.mine"}, "TIKTOK_LIVE_TOKEN_FILE"),
    ],
)
def test_keys_that_will_not_do_are_refused(given: Mapping[str, str], told: str) -> None:
    with pytest.raises(LiveRefused, match=told) as caught:
        read_keys(given)
    assert "rft.mine" not in str(caught.value)


def test_keys_are_in_no_repr() -> None:
    told = repr(read_keys(APP | REFRESH))
    assert "hush" not in told
    assert "rft.mine" not in told


async def test_a_rotated_refresh_token_outlives_the_run(desk: Desk, tmp_path: Path) -> None:
    grant = await desk.grant()
    kept = tmp_path / "tokens.json"
    first = TokenFile(kept, grant.refresh_token)
    access = await first.fresh(desk.client())
    assert await first.fresh(desk.client()) == access  # good for a while
    second = TokenFile(kept, grant.refresh_token)
    assert (second.refresh_token, second.access_token) == (first.refresh_token, access)
    assert second.refresh_token != grant.refresh_token
    await second.renew(desk.client())
    assert TokenFile(kept, "rft.another").refresh_token == "rft.another"


async def test_two_runs_at_once_do_not_kill_each_others_token(desk: Desk, tmp_path: Path) -> None:
    grant = await desk.grant()
    first, second = (TokenFile(tmp_path / "t.json", grant.refresh_token) for _ in range(2))
    await first.renew(desk.client())
    await second.renew(desk.client())  # began with a token that is dead by now
    assert TokenFile(tmp_path / "t.json", grant.refresh_token).refresh_token == second.refresh_token


async def test_a_file_that_cannot_be_written_costs_no_token(desk: Desk, tmp_path: Path) -> None:
    grant = await desk.grant()
    tokens = TokenFile(tmp_path / "missing" / "tokens.json", grant.refresh_token)
    with pytest.raises(FileNotFoundError):
        await tokens.fresh(desk.client())
    await desk.client().oauth.refresh(refresh_token=grant.refresh_token)  # still alive


async def test_a_disk_that_fails_after_the_refresh_leaves_the_token_elsewhere(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = await desk.grant()
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    tokens = TokenFile(folder / "tokens.json", grant.refresh_token)

    def lose_folder(_: CallRecord) -> None:
        folder.rename(tmp_path / "gone")

    async with AsyncTransport(on_call=lose_folder) as transport:
        client = AsyncTikTok(app=DESKTOP, endpoints=desk.endpoints, transport=transport)
        with pytest.raises(OSError, match="tokens") as caught:
            await tokens.renew(client)
    [spare] = tmp_path.glob("tiktok-live-*.json")
    assert str(spare) in "".join(caught.value.__notes__)
    newest = json.loads(spare.read_text(encoding="utf-8"))["refresh_token"]
    await desk.client().oauth.refresh(refresh_token=newest)
