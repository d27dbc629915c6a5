"""The rule `words`: its samples spell what the rest of the project may not."""

from pathlib import PurePosixPath

import pytest

from tools.lints.source import Source
from tools.lints.words import check


def found(text: str, path: str = "docs/page.md") -> int:
    return sum(1 for _ in check(Source(PurePosixPath(path), text)))


@pytest.mark.parametrize(
    "text",
    [
        "open /root/video.mp4",
        "cd /work/somewhere",
        'DATA = "/home/ada/postwright"',
        "/Users/ada/video.mov",
        "--index-url https://packages.example.com/simple",
        'source = { registry = "https://packages.example.com/simple" }',
    ],
)
def test_a_folder_of_one_machine_or_a_package_index_is_caught(text: str) -> None:
    assert found(text) == 1


def test_the_lock_may_hold_no_address_at_all() -> None:
    line = "anyio @ https://packages.example.com/anyio.whl"
    assert found(line, "requirements.lock") == 1
    assert found(line, "docs/page.md") == 0


@pytest.mark.parametrize(
    "text",
    [
        "POST /v2/post/publish/video/init/",
        "tests run under /tmp/pytest",
        "https://example.com/work/here/",
        "~/work/postwright",
        "any package index will do",
    ],
)
def test_paths_of_an_api_and_of_any_machine_pass(text: str) -> None:
    assert found(text) == 0


def test_the_rule_may_spell_what_it_looks_for() -> None:
    assert found("/root/x", "tools/lints/words.py") == 0
