"""`postwright api-keys list`: which keys there are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.where import at_counter
from postwright.workspaces.models import ApiKey


@click.command()
@click.option("--all", "also_ended", is_flag=True, help="Also those that were revoked.")
@json_option
@asynchronous
async def command(*, also_ended: bool, as_json: bool) -> None:
    """List the keys to the API.

    The keys themselves are not kept; `key` is how each begins. When one was last used is noted to
    a minute.
    """
    async with at_counter(anywhere()) as counter:
        found, profiles = await counter.keys.listed(revoked_too=also_ended)
    if as_json:
        printing.json_line({"api_keys": [_facts(key) for key in found]})
    elif not found:
        printing.line("There is no key yet: postwright api-keys create --name me")
    else:
        now = datetime.now(UTC)
        rows = [_row(key, profiles, now) for key in found]
        titles = ("id", "name", "key", "scope", "profiles", "last used", "ends")
        table(titles, rows, whole={"id", "key"})


def _facts(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "preview": key.preview,
        "scope": key.scope,
        "profile_ids": key.profile_ids,
        "created_by": key.created_by,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


def _row(key: ApiKey, profiles: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    bound = "all"
    if key.profile_ids is not None:
        bound = ", ".join(profiles.get(each, each) for each in key.profile_ids)
    used = "never" if key.last_used_at is None else printing.when(key.last_used_at)[:-3]
    return key.id, key.name, key.preview, key.scope, bound, used, _end(key, now)


def _end(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {printing.when(key.revoked_at)[:-3]}"
    if key.expires_at is None:
        return "never"
    return printing.when(key.expires_at)[:-3] if key.expires_at > now else "ended"
