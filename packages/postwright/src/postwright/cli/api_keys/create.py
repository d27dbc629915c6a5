"""`postwright api-keys create`: a new key to the API."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.counter import NewKey
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.workspaces.api_keys import MOST_DAYS
from postwright.workspaces.models import Scope


@click.command()
@click.option("--name", required=True, help="What it is for, so that people can tell it.")
@click.option(
    "--scope",
    type=click.Choice([each.value for each in Scope]),
    default=Scope.PUBLISH.value,
    show_default=True,
    help="What it may do: look; also post and upload; also keys, profiles and accounts.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    help="Bind it to a profile, by name or id; may be given several times.",
)
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), help="Days after which it ends; unset: never."
)
@json_option
@asynchronous
async def command(
    *, name: str, scope: str, profiles: tuple[str, ...], days: int | None, as_json: bool
) -> None:
    """Make a key to the API, and print it: this once.

    Only its hash is kept. Whoever has the key may do what its scope says, so keep it as you keep a
    password. The key is the only thing on standard output.

    \b
    Examples:
      postwright api-keys create --name me --scope publish
      postwright api-keys create --name report --scope read --profile Acme --days 30
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    wanted = NewKey(name, Scope(scope), profiles, days)
    async with at_counter(anywhere()) as counter:
        key, text = await counter.keys.create(wanted)
    if as_json:
        facts = {"id": key.id, "name": key.name, "scope": scope, "key": text}
        more = {"profile_ids": key.profile_ids, "expires_at": key.expires_at}
        printing.json_line({**facts, **more})
        return
    printing.note(f"The key {key.id}, shown this once: Authorization: Bearer …")
    printing.line(text)
