"""Each house rule lets its good samples pass and catches its bad ones."""

from pathlib import PurePosixPath
from typing import NamedTuple

import pytest

from tools.lints.apply import RULES
from tools.lints.source import Source

SERVICE = "packages/postwright/src/postwright"
CLIENT = "packages/tiktok-client/src/tiktok_client"
EMULATOR = "packages/tiktok-emulator/src/tiktok_emulator"
NOQA = "# no" + "qa"  # put together here, so that no tool takes a sample for the real thing
IGNORE = "# py" + "right: ignore"


class Sample(NamedTuple):
    rule: str
    path: str
    text: str


def lines(count: int) -> str:
    return "\n".join(["x = 1"] * count)


def function(length: int) -> str:
    return "def long() -> None:\n" + "\n".join(["    x = 1"] * (length - 1))


GOOD = [
    Sample("file-size", f"{SERVICE}/a.py", lines(400)),
    Sample("file-size", "packages/postwright/tests/unit/test_a.py", lines(500)),
    Sample("file-size", f"{CLIENT}/_sync/client.py", lines(900)),
    Sample("file-size", f"{SERVICE}/a.py", function(60)),
    Sample("names", f"{SERVICE}/publishing/upload.py", ""),
    Sample("names", "docs/howto/common.md", ""),
    Sample("bare-now", f"{SERVICE}/jobs/claim.py", 'SQL = "where next_at <= app_now()"'),
    Sample("bare-now", f"{SERVICE}/jobs/claim.py", "at = func.app_now()"),
    Sample("bare-now", f"{SERVICE}/jobs/claim.py", '"""Why now() is not used here."""'),
    Sample("bare-now", f"{SERVICE}/kit/clock.py", "started = datetime.now(UTC)"),
    Sample("bare-now", f"{SERVICE}/cli/times.py", "today = datetime.now().astimezone()"),
    Sample(
        "bare-now",
        "packages/postwright/migrations/versions/0001.py",
        'op.execute("create function app_now() returns timestamptz as $$ select now() $$")',
    ),
    Sample("commit-outside-db", f"{SERVICE}/db/session.py", "await session.commit()"),
    Sample("commit-outside-db", f"{SERVICE}/posts/draft.py", "async with db.transaction(): ..."),
    Sample("commit-outside-db", f"{SERVICE}/cli/publish.py", 'show.begin("storing", size)'),
    Sample("reasons", "tools/a.py", f"x = 1  {NOQA}: S603  # the arguments are fixed"),
    Sample("reasons", "tools/a.py", f"x = f()  {IGNORE}[reportAny]  # JSON enters here"),
    Sample("reasons", "tools/a.py", f'text = "{NOQA}"'),
    Sample("queries-take-workspace", f"{SERVICE}/posts/queries.py", "def _row(name): ..."),
    Sample(
        "queries-take-workspace",
        f"{SERVICE}/posts/queries.py",
        "async def post(session, workspace_id, post_id): ...",
    ),
    Sample(
        "queries-take-workspace",
        f"{SERVICE}/jobs/queries.py",
        "async def any_workspace_due_lanes(session, limit): ...",
    ),
    Sample("httpx-in-one-place", f"{CLIENT}/_async/transport.py", "import httpx2"),
    Sample("httpx-in-one-place", f"{CLIENT}/_network/waiting.py", "import httpcore2"),
    Sample("httpx-in-one-place", "packages/tiktok-emulator/tests/test_a.py", "import httpx2"),
    Sample("httpx-in-one-place", f"{EMULATOR}/pull/fetch.py", "import httpx2"),
    Sample("httpx-in-one-place", f"{SERVICE}/platforms/tiktok/client.py", "import tiktok_client"),
]

BAD = [
    Sample("file-size", f"{SERVICE}/a.py", lines(401)),
    Sample("file-size", "tests/contract/test_a.py", lines(501)),
    Sample("file-size", f"{SERVICE}/a.py", function(61)),
    Sample("names", f"{SERVICE}/publishing/service.py", ""),
    Sample("names", f"{SERVICE}/publishing/_helpers.py", ""),
    Sample("names", f"{SERVICE}/utils/dates.py", ""),
    Sample("bare-now", f"{SERVICE}/jobs/claim.py", 'SQL = "where next_at <= now()"'),
    Sample("bare-now", f"{SERVICE}/jobs/claim.py", 'SQL = f"{column} < CURRENT_TIMESTAMP"'),
    Sample("bare-now", f"{SERVICE}/jobs/claim.py", "at = func.now()"),
    Sample("bare-now", f"{SERVICE}/jobs/claim.py", "at = datetime.now(UTC)"),
    Sample("bare-now", f"{SERVICE}/db/types.py", 'text("select clock_timestamp()")'),
    Sample("commit-outside-db", f"{SERVICE}/posts/draft.py", "await session.commit()"),
    Sample("commit-outside-db", f"{SERVICE}/jobs/claim.py", "async with engine.begin(): ..."),
    Sample("reasons", "tools/a.py", f"x = 1  {NOQA}"),
    Sample("reasons", "tools/a.py", f"x = 1  {NOQA}: S603"),
    Sample("reasons", "tools/a.py", f"x = f()  {IGNORE}  # JSON enters here"),
    Sample("reasons", "tools/a.py", f"x = f()  {IGNORE}[reportAny]"),
    Sample("reasons", "tools/a.py", "if x:  # prag" + "ma: no cover"),
    Sample(
        "queries-take-workspace",
        f"{SERVICE}/posts/queries.py",
        "async def post(session, post_id, workspace_id): ...",
    ),
    Sample("queries-take-workspace", f"{SERVICE}/posts/queries.py", "def everything(): ..."),
    Sample("httpx-in-one-place", f"{CLIENT}/_async/client.py", "import httpx2"),
    Sample("httpx-in-one-place", f"{CLIENT}/_network/waiting.py", "import httpx2"),
    Sample("httpx-in-one-place", f"{CLIENT}/_async/client.py", "import httpcore2"),
    Sample("httpx-in-one-place", f"{SERVICE}/cli/up.py", "from httpx2 import AsyncClient"),
    Sample("httpx-in-one-place", f"{EMULATOR}/pull/download.py", "import httpx2"),
    Sample("httpx-in-one-place", f"{CLIENT}/errors.py", "import tiktok_emulator.app"),
    Sample("httpx-in-one-place", f"{EMULATOR}/app.py", "from tiktok_client import errors"),
    Sample("httpx-in-one-place", f"{EMULATOR}/app.py", "from postwright import config"),
]


def numbered(samples: list[Sample]) -> list[str]:
    return [f"{sample.rule}-{number}" for number, sample in enumerate(samples, start=1)]


def findings(sample: Sample) -> list[str]:
    source = Source(PurePosixPath(sample.path), sample.text + "\n")
    return [finding.message for finding in RULES[sample.rule](source)]


@pytest.mark.parametrize("sample", GOOD, ids=numbered(GOOD))
def test_a_good_sample_passes(sample: Sample) -> None:
    assert findings(sample) == []


@pytest.mark.parametrize("sample", BAD, ids=numbered(BAD))
def test_a_bad_sample_is_caught_once(sample: Sample) -> None:
    assert len(findings(sample)) == 1


def test_every_rule_has_a_good_and_a_bad_sample() -> None:
    in_own_file = {"words"}
    assert {sample.rule for sample in GOOD} == set(RULES) - in_own_file
    assert {sample.rule for sample in BAD} == set(RULES) - in_own_file
