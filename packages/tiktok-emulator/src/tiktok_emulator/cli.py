"""The command `tiktok-emulator`."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import click

from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.seeds import DEMO, Seed, read_seed_file
from tiktok_emulator.serving import Emulator
from tiktok_emulator.settings import Settings


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
@click.option("--json", "as_json", is_flag=True, help="Print the ready line as JSON.")
def serve(
    *,
    host: str,
    port: int,
    seed_file: Path | None,
    demo: bool,
    spool: Path | None,
    intake_bytes_per_second: int | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Serve until interrupted. Prints one line when it listens.

    The control plane is at /_control/, and / shows what was posted.
    """
    try:
        settings = Settings(intake_bytes_per_second=intake_bytes_per_second)
        base = _base(seed_file, demo=demo)
        asyncio.run(_serve(host, port, base, settings, spool, seed, as_json=as_json))
    except EmulatorError as error:
        click.echo(f"tiktok-emulator: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"tiktok-emulator: {error.filename or 'spool'}: {error.strerror}", err=True)
        sys.exit(2)


def _base(seed_file: Path | None, *, demo: bool) -> Seed:
    seeds = [DEMO] if demo else []
    if seed_file is not None:
        seeds.append(read_seed_file(seed_file))
    return Seed(
        apps=[app for seed in seeds for app in seed.apps],
        creators=[creator for seed in seeds for creator in seed.creators],
    )


async def _serve(  # noqa: PLR0917  # called once, right above
    host: str,
    port: int,
    base: Seed,
    settings: Settings,
    spool: Path | None,
    seed: int | None,
    *,
    as_json: bool,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Emulator.serve(
        host=host, port=port, base=base, settings=settings, spool=spool, seed=seed
    ) as emulator:
        ready = f"tiktok-emulator ready at {emulator.base_url}"
        click.echo(json.dumps({"ready": True, "base_url": emulator.base_url}) if as_json else ready)
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    main()
