"""What the command asks of a running emulator: seeding it, reading its log."""

import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any

import click
from pydantic import ValidationError

from tiktok_emulator.control.remote import Control
from tiktok_emulator.errors import SeedInvalid
from tiktok_emulator.seeds import Seed, problems

PAUSE_S = 0.3


def sow(url: str, text: str) -> str:
    """Send a seed; what is there afterwards, in words.

    Raises:
        SeedInvalid: no JSON, or not of a seed's shape.
    """
    try:
        order = Seed.model_validate_json(text)
    except ValidationError as error:
        raise SeedInvalid(problems(error)) from error
    there = Control(url).seed(order)
    apps, creators = there["apps"], there["creators"]
    return f"apps: {', '.join(apps) or 'none'}; creators: {', '.join(creators) or 'none'}"


def print_log(url: str, *, follow: bool, as_json: bool) -> None:
    """Print what was asked, oldest first; with `follow` go on until interrupted."""
    with contextlib.suppress(KeyboardInterrupt):
        after = 0
        while True:
            for entry in Control(url).log(after=after):
                click.echo(json.dumps(entry) if as_json else told(entry))
                after = entry["n"]
            if not follow:
                return
            time.sleep(PAUSE_S)


def told(entry: Mapping[str, Any]) -> str:
    """One request in a line, and for a refusal three more: the rule, its source, the fix."""
    what = entry["operation"] or f"{entry['method']} {entry['path']}"
    status = entry["status"] or "---"
    who = f" @{entry['username']}" if entry["username"] else ""
    fault = f" [{entry['fault']}]" if entry["fault"] else ""
    line = f"{entry['n']:>5} {entry['at'][11:19]} {status} {what}{who} {entry['code'] or ''}{fault}"
    lines = [line.rstrip()]
    if entry["why"]:
        lines.append(f"      why:    {entry['why']}")
    if entry["rule"]:
        lines.append(f"      rule:   {entry['rule']}: {entry['says'] or ''}".rstrip(": "))
    if entry["source"]:
        lines.append(f"      source: {entry['source']} ({entry['basis']})")
    return "\n".join(lines)
