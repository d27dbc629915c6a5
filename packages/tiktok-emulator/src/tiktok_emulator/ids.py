"""Everything random the emulator hands out, repeatable when a seed is given."""

import hashlib
import random
import string
import uuid
from collections.abc import Sequence
from datetime import datetime

ALPHANUMERIC = string.ascii_letters + string.digits
# Seeded runs must not depend on the day they run on, so their ids start at a fixed second.
SEEDED_EPOCH_S = 1_770_000_000


class Ids:
    """Ids and tokens in the shapes that TikTok uses."""

    def __init__(self, seed: int | None, started_at: datetime) -> None:
        self._random = random.Random(seed)  # noqa: S311  # repeatable on purpose; guards nothing real
        # Apart, so that one more poll does not change the ids that come after it.
        self._log = random.Random(seed)  # noqa: S311  # as above
        self._second = int(started_at.timestamp()) if seed is None else SEEDED_EPOCH_S

    def number(self) -> int:
        """A new 19-digit number: rising, and odd, so that no double can hold it.

        Source: status page (list of int64), live ids observed 2026-08.
        """
        self._second += 1
        return (self._second << 32) | self._random.getrandbits(31) | 1

    def access_token(self) -> str:
        """A user access token, with the live suffix that needs percent-encoding in a form."""
        return f"act.{self._letters(48)}!{self._digits(4)}.e1"

    def refresh_token(self) -> str:
        """A refresh token."""
        return f"rft.{self._letters(48)}!{self._digits(4)}.e1"

    def client_token(self) -> str:
        """A token of the client_credentials grant."""
        return f"clt.{self._letters(48)}"

    def code(self) -> str:
        """An authorization code; `*` and `!` come percent-encoded in the callback."""
        return f"{self._letters(56)}*0!{self._digits(4)}"

    def page(self) -> str:
        """The single-use id of one consent page."""
        return self._letters(32)

    def upload_token(self) -> str:
        """The secret part of an upload address."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def log_id(self, at: datetime) -> str:
        """14 digits of UTC time and 20 upper-case hex digits, as on every answer."""
        return f"{at:%Y%m%d%H%M%S}{self._log.getrandbits(80):020X}"

    def dice(self) -> list[str]:
        """Where the dice stand, for `set_dice`."""
        return [str(self._second), dice_state(self._random), dice_state(self._log)]

    def set_dice(self, state: Sequence[str]) -> None:
        """Throw on from where other dice stood.

        Raises:
            ValueError: it is not what `dice` gives.
        """
        second, ids, log = state
        set_dice_state(self._random, ids)
        set_dice_state(self._log, log)
        self._second = int(second)

    def _letters(self, count: int) -> str:
        return "".join(self._random.choices(ALPHANUMERIC, k=count))

    def _digits(self, count: int) -> str:
        return "".join(self._random.choices(string.digits, k=count))


def dice_state(dice: random.Random) -> str:
    """Where a generator stands."""
    return " ".join(str(number) for number in dice.getstate()[1])


def set_dice_state(dice: random.Random, state: str) -> None:
    """Let a generator go on from there.

    Raises:
        ValueError: it is no state of a generator.
    """
    version = dice.getstate()[0]
    try:
        dice.setstate((version, tuple(int(number) for number in state.split()), None))
    except (TypeError, OverflowError) as error:
        raise ValueError("no state of dice") from error


def open_id(client_key: str, username: str) -> str:
    """The id by which one app knows one user: stable, different in every app, 36 characters."""
    digest = hashlib.sha256(f"{client_key}/{username}".encode()).hexdigest()
    return f"-000{digest[:32]}"


def union_id(username: str) -> str:
    """The id by which all apps of one developer know one user."""
    digest = hashlib.sha256(f"union/{username}".encode()).hexdigest()
    return str(uuid.UUID(hex=digest[:32], version=4))
