"""`tiktok-emulator serve`: one emulator in this process until a signal ends it."""

import asyncio
import ipaddress
import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click

from tiktok_emulator.scenarios import find, play
from tiktok_emulator.seeds import DEMO, Seed, read_seed_file
from tiktok_emulator.serving import Emulator
from tiktok_emulator.settings import Settings
from tiktok_emulator.tls.recipe import recipe

OPEN_TO_OTHERS = (
    "tiktok-emulator: other machines may reach this address, and whoever does commands the "
    "emulator; it has no passwords."
)


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, by their names."""

    host: str
    port: int
    seed_file: Path | None
    demo: bool
    spool: Path | None
    intake_bytes_per_second: int | None
    seed: int | None
    scenario: str
    tls: bool
    tls_folder: Path | None
    tls_port: int
    proxy_port: int
    as_json: bool


def serve_until_interrupted(options: Mapping[str, object]) -> None:
    """Serve, print where it is, and end cleanly at SIGINT or SIGTERM.

    Raises:
        EmulatorError: a port is taken, or the seed, the scenario or the TLS folder is no good.
    """
    order = Options(**cast("dict[str, object]", options))  # pyright: ignore[reportArgumentType]  # click has checked the types
    find(order.scenario)
    asyncio.run(_serve(order, _base(order)))


def _base(order: Options) -> Seed:
    seeds = [DEMO] if order.demo else []
    if order.seed_file is not None:
        seeds.append(read_seed_file(order.seed_file))
    return Seed(
        apps=[app for seed in seeds for app in seed.apps],
        creators=[creator for seed in seeds for creator in seed.creators],
        videos=[video for seed in seeds for video in seed.videos],
    )


async def _serve(order: Options, base: Seed) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tls = order.tls_folder or Path(click.get_app_dir("tiktok-emulator")) / "tls"
    async with Emulator.serve(
        host=order.host,
        port=order.port,
        base=base,
        settings=Settings(intake_bytes_per_second=order.intake_bytes_per_second),
        spool=order.spool,
        seed=order.seed,
        tls=tls if order.tls else None,
        tls_port=order.tls_port,
        proxy_port=order.proxy_port,
    ) as emulator:
        if order.scenario != "calm":
            play(emulator.state, order.scenario)
        if not _is_loopback(order.host):
            click.echo(OPEN_TO_OTHERS, err=True)
        click.echo(_ready(emulator, as_json=order.as_json))
        sys.stdout.flush()
        await stop.wait()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ready(emulator: Emulator, *, as_json: bool) -> str:
    secure = emulator.secure
    if as_json:
        facts: dict[str, object] = {"ready": True, "base_url": emulator.base_url}
        if secure is not None:
            facts["environment"] = secure.environment()
        return json.dumps(facts)
    ready = f"tiktok-emulator ready at {emulator.base_url}"
    return f"{ready}\n{recipe(secure)}" if secure is not None else ready
