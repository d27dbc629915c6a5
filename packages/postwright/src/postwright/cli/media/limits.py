"""`postwright media limits`: how much this workspace may store, and how long."""

import re
from dataclasses import dataclass, replace
from typing import Any

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.ordering import ACTOR
from postwright.cli.settings import current
from postwright.config import MediaSettings
from postwright.media.limits import OwnLimits, own_limits, set_own_limits
from postwright.media.quota import used_bytes

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?b?)", re.IGNORECASE)
_MOST_BYTES = 10**18
_MOST_DAYS = 36_500
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class _Wish:
    """One limit as it was asked for; None leaves it to the installation."""

    value: int | None


class _Size(click.ParamType[_Wish]):
    """Bytes as people write them: 5GB, 500 MB, 1000000; or `default`."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> _Wish:
        if str(value).lower() == _DEFAULT:
            return _Wish(None)
        found = _SIZE.fullmatch(str(value).strip())
        unit = "" if found is None else found[2].lower()
        unit = unit if unit in _UNITS else f"{unit}b"
        count = -1 if found is None else round(float(found[1]) * _UNITS[unit])
        if not 0 <= count <= _MOST_BYTES:
            self.fail(f"{value!r} is no size. Examples: 5GB, 500MB, {_DEFAULT}.", param, ctx)
        return _Wish(count)


class _Days(click.ParamType[_Wish]):
    """A number of days, or `default`."""

    name = "days"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> _Wish:
        text = str(value).lower()
        if text == _DEFAULT:
            return _Wish(None)
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= _MOST_DAYS:
            self.fail(
                f"{value!r} is no number of days from 1 to {_MOST_DAYS:,}, nor {_DEFAULT}.",
                param,
                ctx,
            )
        return _Wish(int(text))


@click.command()
@click.option("--quota", type=_Size(), metavar="SIZE", help="Most that may be stored, as 5GB.")
@click.option(
    "--keep-days", type=_Days(), metavar="DAYS", help="Remove what nobody used for so long."
)
@json_option
@asynchronous
async def command(*, quota: _Wish | None, keep_days: _Wish | None, as_json: bool) -> None:
    """Say how much this workspace may store, and how long; or show it.

    What is not set here holds as the installation says (POSTWRIGHT_MEDIA__QUOTA_BYTES and
    POSTWRIGHT_MEDIA__RETENTION_DAYS); `default` goes back to that. Setting it removes nothing at
    once: a full store takes no new files, and the hourly sweep removes what is too old and needed
    by nothing.

    \b
    Examples:
      postwright media limits
      postwright media limits --quota 5GB --keep-days 90
      postwright media limits --quota default
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    async with opened(current()) as desk, desk.database.transaction() as session:
        own = await own_limits(session, desk.workspace_id)
        wanted = own
        if quota is not None:
            wanted = replace(wanted, quota_bytes=quota.value)
        if keep_days is not None:
            wanted = replace(wanted, retention_days=keep_days.value)
        if wanted != own:
            await set_own_limits(session, desk.workspace_id, wanted, actor=ACTOR)
        used = await used_bytes(session, desk.workspace_id)
    _print(wanted, desk.settings.media, used, as_json=as_json)


def _print(own: OwnLimits, general: MediaSettings, used: int, *, as_json: bool) -> None:
    quota = general.quota_bytes if own.quota_bytes is None else own.quota_bytes
    days = own.retention_days or general.retention_days
    if as_json:
        printing.json_line(
            {
                "used_bytes": used,
                "quota_bytes": quota,
                "retention_days": days,
                "own": {"quota_bytes": own.quota_bytes, "retention_days": own.retention_days},
            }
        )
        return
    printing.line(f"Stored: {printing.size(used)}.")
    most = "no limit" if quota is None else printing.size(quota)
    printing.line(f"Quota: {most} ({_whose(own.quota_bytes)}).")
    kept = "for ever" if days is None else f"{days} days after the last use"
    printing.line(f"Kept: {kept} ({_whose(own.retention_days)}).")


def _whose(value: int | None) -> str:
    return "the installation's" if value is None else "this workspace's own"
