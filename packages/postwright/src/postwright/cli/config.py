"""`postwright config`: the settings in force."""

from collections.abc import Iterator
from dataclasses import dataclass

import click
from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from postwright.cli import printing
from postwright.cli.asking import json_option
from postwright.cli.settings import anywhere, environment, names_a_tiktok, note
from postwright.cli.table import table
from postwright.config import load

_HIDDEN = "(set, not shown)"
_NOTED = {
    f"POSTWRIGHT_TIKTOK__{field}"
    for field in ("BASE_URL", "CLIENT_KEY", "CLIENT_SECRET", "APP_KIND", "REDIRECT_URI")
} | {"POSTWRIGHT_WEB__PUBLIC_URL"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A setting as it is shown: no secrets, and where it comes from."""

    name: str
    value: str
    source: str


@click.group()
def command() -> None:
    """Show the settings in force."""


@command.command()
@json_option
def show(*, as_json: bool) -> None:
    """Print every setting, secrets left out, with where each comes from.

    Settings are environment variables, read once when a command starts. What comes from
    emulator.json was left in the data folder by a `postwright up --emulator` that is running.
    """
    environ = environment()
    settings, given = anywhere(), load(environ)
    is_noted = settings.tiktok != given.tiktok and not names_a_tiktok(given)
    noted = note(settings.data_dir).name if is_noted else None
    found = list(_settings(settings, "POSTWRIGHT_", environ, noted))
    if as_json:
        printing.json_line({"settings": [_facts(shown) for shown in found]})
    else:
        rows = [(shown.name, shown.value, shown.source) for shown in found]
        table(("setting", "value", "from"), rows, whole={"setting"})


def _facts(shown: Shown) -> dict[str, str]:
    return {"name": shown.name, "value": shown.value, "from": shown.source}


def _settings(
    group: BaseModel, prefix: str, environ: dict[str, str], noted: str | None
) -> Iterator[Shown]:
    for field in type(group).model_fields:
        name, value = f"{prefix}{field}".upper(), getattr(group, field)
        if isinstance(value, BaseModel):
            yield from _settings(
                value, f"{name}__", environ, noted if field in {"tiktok", "web"} else None
            )
        else:
            yield Shown(name, _value(name, value), _source(name, environ, noted))


def _value(name: str, value: object) -> str:
    if value is None or value == "":
        return "(unset)"
    if not isinstance(value, SecretStr):
        return str(value)
    secret = value.get_secret_value()
    if not secret:
        return "(unset)"
    if name != "POSTWRIGHT_DATABASE_URL":
        return _HIDDEN
    try:
        return make_url(secret).render_as_string(hide_password=True)
    except ArgumentError:
        return _HIDDEN


def _source(name: str, environ: dict[str, str], noted: str | None) -> str:
    if noted is not None and name in _NOTED:
        return noted
    set_here = {variable.upper() for variable, text in environ.items() if text}
    if name in set_here:
        return "environment"
    if f"{name}_FILE" in set_here:
        return f"file of {name}_FILE"
    return "default"
