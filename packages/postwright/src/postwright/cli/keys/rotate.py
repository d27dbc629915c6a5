"""`postwright keys rotate`: a new master key."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import Desk, opened
from postwright.cli.settings import current
from postwright.connections.rotation import Rotated, rotate, seal_everything
from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys
from postwright.publishing.sealed import EVERYWHERE


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> int:
    """Make a new master key and seal everything with it.

    Workers may go on meanwhile: until the end the old key opens, too. If this is cut off give the
    command again, and it goes on. At the end only the new key is in the file; keep a copy of it,
    away from the data folder.

    A key that is given by POSTWRIGHT_KEY cannot be changed from here. Give every process
    POSTWRIGHT_KEY=NEW,OLD and start it again; then this command seals everything with NEW, and
    OLD can be left out.

    Ends with 1 if something does not open with any key.
    """
    async with opened(current()) as desk:
        done = await (_given(desk) if desk.settings.key is not None else _in_file(desk))
    if as_json:
        printing.json_line(
            {
                "resealed": done.resealed,
                "secrets": done.tally.current + len(done.tally.unreadable),
                "unreadable": done.tally.unreadable,
                "old_key_kept": bool(done.kept),
                "why": done.kept,
                "kept_until": done.kept_until,
            }
        )
    else:
        _tell(desk, done)
    return 1 if done.tally.unreadable else 0


async def _in_file(desk: Desk) -> Rotated:
    file = desk.settings.key_file
    try:
        return await rotate(desk.database, file, EVERYWHERE)
    except OSError as error:
        raise Misconfigured(
            f"The key file {file} cannot be changed.",
            why=error.strerror or str(error),
            fix="Give this command to the user that owns it; the keys in it still count.",
        ) from None


async def _given(desk: Desk) -> Rotated:
    assert desk.settings.key is not None
    keys = MasterKeys.load(desk.settings.key.get_secret_value(), desk.settings.key_file)
    if len(keys.all) == 1:
        raise Misconfigured(
            "The master key is given by POSTWRIGHT_KEY, where this command cannot change it.",
            why="Only whoever starts the processes can.",
            fix="Make a new one with: head -c 32 /dev/urandom | base64. Give every process "
            "POSTWRIGHT_KEY=NEW,OLD and start it again, then repeat this command; after it leave "
            "OLD out.",
        )
    return await seal_everything(desk.database, desk.accounts.vault, EVERYWHERE)


def _tell(desk: Desk, done: Rotated) -> None:
    printing.line(f"{done.resealed} secrets were sealed with the new key.")
    for name in done.tally.unreadable:
        printing.warning(f"No key opens {name}: connect that account again.")
    if done.kept:
        when = f" until {printing.when(done.kept_until)}" if done.kept_until else ""
        printing.line(f"The old key is kept{when}: {done.kept}.")
        printing.line("Give the command again then.")
    elif desk.settings.key is not None:
        printing.line("Now leave the old key out of POSTWRIGHT_KEY, and start everything again.")
    else:
        printing.line(f"Only the new key is in {desk.settings.key_file}: keep a copy of it.")
