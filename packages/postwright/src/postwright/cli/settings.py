"""The settings of a command: from the environment, and from an emulator that is at hand.

`postwright up --emulator` notes in the data folder where the emulator is and which app it knows.
Commands that use the same data folder, and were given no TikTok, then use that one.
"""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr, ValidationError

from postwright.cli.boundary import Usage
from postwright.cli.place import given
from postwright.config import Settings, TikTokSettings, load
from postwright.errors import Conflict

_NOTE = "emulator.json"
_LOCK = "emulator.lock"


@dataclass(frozen=True, slots=True)
class Noted:
    """An emulator that is at hand: its app, and where it fetches media; empty if it cannot."""

    tiktok: TikTokSettings
    public_url: str


class OnlyThere(Usage):
    """The command works on the machine of the service only."""

    code = "only_there"

    def __init__(self, url: str) -> None:
        context = click.get_current_context(silent=True)
        name = "This command" if context is None else f"`{context.command_path}`"
        super().__init__(
            f"{name} needs the service's own machine.",
            why=f"Commands are for the service at {url} now, and its API does not offer this.",
            fix="Run it there. If this machine is meant, leave out --url and unset POSTWRIGHT_URL.",
        )


class AlreadyUp(Conflict):
    """Another process runs an emulator for this data folder."""

    code = "already_up"


def environment() -> dict[str, str]:
    """The process's environment."""
    return dict(os.environ)  # noqa: TID251  # a composition root hands it to the settings


def current() -> Settings:
    """The settings in force, for a command that works on this machine's own service.

    Raises:
        Misconfigured: one of them cannot be used.
        OnlyThere: a service elsewhere is meant.
    """
    return _with_what_is_at_hand(own())


def anywhere() -> Settings:
    """The settings in force, for a command that can also ask a service elsewhere: `url` is set.

    Raises:
        Misconfigured: one of them cannot be used.
    """
    return _with_what_is_at_hand(load(environment(), **given()))


def own() -> Settings:
    """As `current`, without regard to an emulator that is at hand."""
    settings = load(environment(), **given())
    if settings.url:
        raise OnlyThere(settings.url)
    return settings


def _with_what_is_at_hand(settings: Settings) -> Settings:
    noted = None if names_a_tiktok(settings) else _read(settings.data_dir)
    return settings if noted is None else with_emulator(settings, noted)


def with_emulator(settings: Settings, noted: Noted) -> Settings:
    """The settings, with an emulator as TikTok; it fetches from this machine, if anything serves.

    Whatever public address was set leads to the real TikTok's side of the world, not to this one.
    """
    web = settings.web.model_copy(update={"public_url": noted.public_url})
    return settings.model_copy(update={"tiktok": noted.tiktok, "web": web})


def is_noted(settings: Settings) -> bool:
    """Whether these settings come from an emulator that is at hand."""
    noted = _read(settings.data_dir)
    return (
        noted is not None
        and bool(noted.public_url)
        and (noted.tiktok, noted.public_url) == (settings.tiktok, settings.web.public_url)
    )


def without_public_address(settings: Settings) -> Settings:
    """The settings without an address from outside: an emulator is on this machine."""
    web = settings.web.model_copy(update={"public_url": ""})
    return settings.model_copy(update={"web": web})


def names_a_tiktok(settings: Settings) -> bool:
    """Whether an app or an address was given, so that an emulator's note does not count."""
    given = settings.tiktok
    return bool(given.base_url or given.client_key or given.client_secret.get_secret_value())


def note(data_dir: Path) -> Path:
    """Where the emulator is noted."""
    return data_dir / _NOTE


@contextmanager
def only_emulator(data_dir: Path) -> Generator[None]:
    """Be the one that may leave word of an emulator, until the block ends.

    Raises:
        AlreadyUp: another process is.
    """
    descriptor = os.open(data_dir / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            noted = _read(data_dir)
            raise AlreadyUp(
                "Postwright is up already, with an emulator.",
                why=f"Another process uses the data folder {data_dir}"
                + (f" and has a TikTok at {noted.tiktok.base_url}." if noted else "."),
                fix="Use that one, or stop it first; one beside it needs a folder of its own in "
                "POSTWRIGHT_DATA_DIR, and --emulator-port 0.",
            ) from None
        yield


def note_emulator(data_dir: Path, noted: Noted) -> None:
    """Leave word of an emulator, readable for this user only."""
    tiktok = noted.tiktok
    facts = {
        "base_url": tiktok.base_url,
        "client_key": tiktok.client_key,
        "client_secret": tiktok.client_secret.get_secret_value(),
        "app_kind": tiktok.app_kind,
        "redirect_uri": tiktok.redirect_uri,
        "public_url": noted.public_url,
    }
    aside = data_dir / f".{_NOTE}.{os.getpid()}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=2)
    aside.replace(note(data_dir))


def forget_emulator(data_dir: Path) -> None:
    """Take the note away."""
    note(data_dir).unlink(missing_ok=True)


def _read(data_dir: Path) -> Noted | None:
    # A note that cannot be read is as good as none: the message then is that no app is set.
    with suppress(OSError, ValueError, ValidationError):
        facts: dict[str, Any] = json.loads(note(data_dir).read_text("utf-8"))
        facts["client_secret"] = SecretStr(str(facts["client_secret"]))
        public_url = str(facts.pop("public_url", ""))
        return Noted(TikTokSettings(**facts), public_url)
    return None
