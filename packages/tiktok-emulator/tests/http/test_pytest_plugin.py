"""The fixture `tiktok`: a TikTok as new for each test, and nothing for those who do not ask."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from tiktok_emulator import BadOrder, Running

STATUS = "/v2/post/publish/status/fetch/"


def test_the_next_call_fails_as_ordered(tiktok: Running) -> None:
    tiktok.fail_next("status", status=503, code="busy")
    with httpx2.Client(base_url=tiktok.base_url, verify=False) as http:
        assert http.post(STATUS).json()["error"]["code"] == "busy"
        assert http.post(STATUS).status_code == 401


def test_the_next_test_meets_nothing_of_the_one_before(tiktok: Running) -> None:
    assert tiktok.log() == []
    assert tiktok.posts() == []
    tiktok.creator("zoe", private=True)
    tiktok.freeze()


def test_creators_and_time_are_those_of_the_start_again(tiktok: Running) -> None:
    names = [creator["username"] for creator in tiktok.state()["creators"]]
    assert "zoe" not in names
    before = tiktok.now()
    assert tiktok.advance(timedelta(hours=3)) >= before + timedelta(hours=3)


def test_an_order_that_makes_no_sense_is_refused_in_words(tiktok: Running) -> None:
    with pytest.raises(BadOrder, match="operation"):
        tiktok.fail_next("posting")


def test_it_works_inside_a_running_event_loop(tiktok: Running) -> None:
    async def ask() -> int:
        async with httpx2.AsyncClient(base_url=tiktok.base_url, verify=False) as http:
            return (await http.post(STATUS)).status_code

    import asyncio  # noqa: PLC0415  # one use

    assert asyncio.run(ask()) == 401


@pytest.mark.slow
def test_who_does_not_ask_for_it_does_not_even_import_it(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n\n\ndef test_it():\n    assert 'tiktok_emulator' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout


def test_everything_can_be_commanded_from_python(tiktok: Running) -> None:
    tiktok.app("own-key", client_secret="own-secret", audited=True)
    tiktok.creator("zoe", nickname="Zoe")
    tiktok.video("zoe", title="seeded", duration_s=7)
    assert tiktok.change_creator("zoe", private=True)["private"]
    assert tiktok.change_app("own-key", audited=False)["audited"] is False
    tiktok.consent("own-key", "zoe", decision="refuse", count=1)
    tiktok.fault("upload", "slow_intake", bytes_per_second=1000)
    tiktok.clear_faults()
    tiktok.outcome("internal", creator="zoe")
    tiktok.scenario("slow")
    assert tiktok.settings(code_lifetime_s=5)["code_lifetime_s"] == 5
    tiktok.freeze()
    assert tiktok.now() == tiktok.now()
    tiktok.release()
    tiktok.speed(2)
    assert tiktok.deliveries() == []
    taken = tiktok.state(secrets=True)
    tiktok.reset()
    tiktok.load(taken)
    state = tiktok.state()
    assert [video["title"] for video in state["videos"]] == ["seeded"]
    with pytest.raises(BadOrder, match="never consented"):
        tiktok.revoke("own-key", "zoe")
