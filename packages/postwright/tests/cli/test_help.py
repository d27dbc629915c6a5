"""Help comes at once, and says what the commands say."""

import subprocess
import sys

import click
import pytest

from postwright.cli import main

HEAVY = {
    "alembic", "av", "cryptography", "httpx2", "psycopg", "pydantic",
    "pydantic_settings", "rich", "sqlalchemy", "tiktok_client", "tiktok_emulator", "asyncio",
}  # fmt: skip
NAMES = main.list_commands(click.Context(main))


def _inner(command: click.Command | None) -> list[click.Command | None]:
    """The commands of a group, or the command itself."""
    if not isinstance(command, click.Group):
        return [command]
    context = click.Context(command)
    return [command.get_command(context, name) for name in command.list_commands(context)]


@pytest.mark.slow
@pytest.mark.parametrize("words", [["--help"], ["-h"], ["nonsense"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from postwright.cli import main; from postwright.cli.boundary import guarded"
    )
    code += "\ntry: guarded(main, sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", code, *words], check=False, capture_output=True, text=True
    )
    loaded = {name.partition(".")[0] for name in ran.stderr.split()}
    assert loaded & HEAVY == set()
    assert "click" in loaded


@pytest.mark.parametrize("name", NAMES)
def test_the_list_says_of_a_command_what_it_says_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert (command.help or "").strip().splitlines()[0] == main.get_short_help(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_can_speak_json(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    inner = _inner(command)
    for found in inner:
        assert found is not None
        assert "--json" in {option for param in found.params for option in param.opts}


@pytest.mark.parametrize("name", NAMES)
def test_every_option_explains_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    inner = _inner(command)
    options = [p for found in inner if found for p in found.params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []
