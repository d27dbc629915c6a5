"""The command `tiktok-emulator`."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TextIO

import click

P = ParamSpec("P")
DEFAULT_URL = "http://127.0.0.1:8700"


def explained(command: Callable[P, None]) -> Callable[P, None]:
    """End with status 2 and one line instead of a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        # Only commands that run wait for the emulator to be imported, --help does not.
        from tiktok_emulator.errors import EmulatorError  # noqa: PLC0415  # see above

        try:
            command(*args, **kwargs)
        except EmulatorError as error:
            click.echo(f"tiktok-emulator: {error}", err=True)
            sys.exit(2)
        except ConnectionRefusedError:
            click.echo(
                "tiktok-emulator: nothing answers there; start it with `tiktok-emulator serve` or "
                "say --url",
                err=True,
            )
            sys.exit(2)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"tiktok-emulator: {where}{error.strerror or error}", err=True)
            sys.exit(2)

    return run


at_url = click.option(
    "--url", default=DEFAULT_URL, show_default=True, help="Where the emulator is."
)


@click.group()
@click.version_option(package_name="tiktok-emulator")
def main() -> None:
    """A strict TikTok on localhost, for development, tests and demos."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8700, show_default=True, type=click.IntRange(0, 65535), help="0 is any."
)
@click.option(
    "--seed-file",
    type=click.Path(path_type=Path),
    help='JSON with "apps" and "creators", there from the start and after each reset.',
)
@click.option("--demo", is_flag=True, help="Start with two apps and the creators @demo and others.")
@click.option(
    "--spool",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for uploaded bytes; they are deleted at the end. Default: a temporary one.",
)
@click.option(
    "--intake-bytes-per-second",
    type=click.IntRange(min=1),
    help="Take each upload no faster than this.",
)
@click.option("--seed", type=int, help="Make every id and token repeatable.")
@click.option("--scenario", default="calm", show_default=True, help="Play this one at the start.")
@click.option(
    "--tls", is_flag=True, help="Also answer to TikTok's own host names; prints how to get there."
)
@click.option(
    "--tls-folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where its certificate authority is kept. Default: one for this user.",
)
@click.option("--tls-port", default=8743, show_default=True, type=click.IntRange(0, 65535))
@click.option("--proxy-port", default=8742, show_default=True, type=click.IntRange(0, 65535))
@click.option("--json", "as_json", is_flag=True, help="Print the ready line as JSON.")
@explained
def serve(**options: object) -> None:
    """Serve until interrupted. Prints one line when it listens.

    The control plane is at /_control/, and / shows what was posted.
    """
    from tiktok_emulator.serve import serve_until_interrupted  # noqa: PLC0415  # as in explained

    serve_until_interrupted(options)


@main.command()
@at_url
@click.argument("file", type=click.File("r", encoding="utf-8"))
@explained
def seed(url: str, file: TextIO) -> None:
    """Add or change apps, creators and videos in a running emulator, from JSON (- is stdin)."""
    from tiktok_emulator.ask import sow  # noqa: PLC0415  # as in explained

    click.echo(sow(url, file.read()))


@main.group()
def scenario() -> None:
    """Named circumstances, such as an outage, and what a good client does in each."""


@scenario.command("list")
def scenario_list() -> None:
    """Names, with what happens in each."""
    from tiktok_emulator.scenarios import SCENARIOS  # noqa: PLC0415  # as in explained

    width = max(map(len, SCENARIOS))
    for name, found in SCENARIOS.items():
        click.echo(f"{name.ljust(width)}  {found.says}")


@scenario.command("show")
@click.argument("name")
@explained
def scenario_show(name: str) -> None:
    """What happens, what a good client does, and the switches and faults of a scenario."""
    from tiktok_emulator.scenarios import find, scenario_facts  # noqa: PLC0415  # as in explained

    found = find(name)
    facts = scenario_facts(found)
    click.echo(f"{found.name}\n\n{found.says}\n\nA good client: {found.good_client}\n")
    shown = {key: facts[key] for key in ("settings", "faults", "lasts_s")}
    click.echo(json.dumps(shown, indent=2))


@scenario.command("set")
@at_url
@click.argument("name")
@explained
def scenario_set(url: str, name: str) -> None:
    """Play a scenario in a running emulator; `calm` ends any other."""
    from tiktok_emulator.control.remote import Control  # noqa: PLC0415  # as in explained

    Control(url).scenario(name)
    click.echo(f"{name} is played")


@main.command()
@at_url
@click.option("--follow", is_flag=True, help="Go on printing as requests come, until interrupted.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each request.")
@explained
def log(url: str, *, follow: bool, as_json: bool) -> None:
    """Print the request log: for a refusal also the rule, its source and what mends it."""
    from tiktok_emulator.ask import print_log  # noqa: PLC0415  # as in explained

    print_log(url, follow=follow, as_json=as_json)


if __name__ == "__main__":
    main()
