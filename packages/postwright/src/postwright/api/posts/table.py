"""Tables of posts: a row of a CSV file read into what `POST /v1/posts` takes."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final, cast

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.wire.posts import PostNew
from postwright.connections.models import Connection
from postwright.workspaces.models import Profile

MOST_ROWS: Final = 500
MOST_COLUMNS: Final = 100
# Of what is told of one row: a cell may hold thousands of names that nothing is known by.
_MOST_CODES, _LONGEST_CODE = 20, 200

# What a column may be called besides.
_ALIASES: Final = {
    "content": "post_content",
    "timezone": "tz",
    "scheduledfor": "schedule_time",
    "mediaurls": "media_urls",
    "accountids": "accounts",
}
_PLAIN: Final = frozenset(
    {
        "platforms", "profiles", "accounts", "post_content", "title", "media_urls",
        "schedule_time", "tz", "publish_now", "use_queue", "is_draft", "tags", "hashtags",
        "mentions", "tiktok_settings", "allow_duplicate",
    }
)  # fmt: skip
_PREFIXES: Final = ("schedule_time_", "custom_content_", "custom_media_")
_PARTS: Final = re.compile(r"[,;|\s]+")
# Where what stands in a row behind its last column is found: no column is called so.
_BEYOND: Final = ""
_YES: Final = frozenset({"true", "yes", "1"})
_NO: Final = frozenset({"false", "no", "0", ""})

Row = Mapping[str, str]


class RowWrong(Exception):
    """What is wrong with a row, as codes."""

    def __init__(self, *codes: str) -> None:
        told = dict.fromkeys(code[:_LONGEST_CODE] for code in codes)
        self.codes = list(told)[:_MOST_CODES]
        super().__init__(", ".join(self.codes))


def rows_of(content: bytes) -> tuple[Sequence[Row], list[str]]:
    """The rows of a table, and what to say of its columns.

    Raises:
        InvalidRequest: it is no CSV with a head, or has too many rows or columns.
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    lines = (line for line in reader if line)
    try:
        named = _head([_column(name) for name in next(lines, list[str]())])
        rows = [_row(named, line) for line in islice(lines, MOST_ROWS + 1)]
    except csv.Error as error:
        raise InvalidRequest(
            f"The table cannot be read at line {reader.line_num}: {error}.",
            fix="Is a quote missing, or one too many? In a cell in quotes each is written twice.",
            param="file",
        ) from None
    if len(rows) > MOST_ROWS:
        raise InvalidRequest(f"A table has {MOST_ROWS} rows at most.", param="file")
    unknown = [name[:_LONGEST_CODE] for name in named if name and not _is_known(name)]
    warnings = [f"unknown_columns:{','.join(unknown)}"] if unknown else []
    kept = [name for name in ("hashtags", "mentions") if any(row.get(name) for row in rows)]
    if kept:
        warnings.append(f"not_added_to_caption:{','.join(kept)}")
    return rows, warnings


def _head(named: list[str]) -> list[str]:
    if not named:
        raise InvalidRequest("The table is empty.", fix="Begin with column names.", param="file")
    if len(named) > MOST_COLUMNS:
        raise InvalidRequest(f"A table has {MOST_COLUMNS} columns at most.", param="file")
    if not any(map(_is_known, named)):
        raise InvalidRequest(
            "None of the table's columns is known.",
            fix="Begin with column names, like profiles,post_content,schedule_time; with commas "
            "between them.",
            param="file",
        )
    twice = [name for name, times in Counter(named).items() if name and times > 1]
    if twice:
        raise InvalidRequest(f"Two columns of the table are called {twice[0][:50]}.", param="file")
    return named


def _row(named: Sequence[str], line: Sequence[str]) -> Row:
    row = {name: value.strip() for name, value in zip(named, line, strict=False) if name}
    return row | {_BEYOND: "".join(line[len(named) :]).strip()}


def _is_known(name: str) -> bool:
    return name in _PLAIN or name.startswith(_PREFIXES)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidRequest("The table is not in UTF-8.", param="file") from None
    if "\0" in text:
        raise InvalidRequest("The table holds a NUL.", param="file")
    return text


def _column(name: str) -> str:
    plain = name.strip().lower()
    return _ALIASES.get(plain, plain)


async def body_of(session: AsyncSession, caller: Caller, row: Row) -> PostNew:
    """What a row asks for.

    Raises:
        RowWrong: it cannot be read, or names what is not there.
    """
    if row.get(_BEYOND):
        # A comma without quotes has moved all that comes after it.
        raise RowWrong("more_cells_than_columns")
    platforms = _words(row.get("platforms", "")) or ["tiktok"]
    accounts = await _accounts(session, caller, row, platforms)
    is_draft, publish_now = _flag(row, "is_draft"), _flag(row, "publish_now")
    if _flag(row, "use_queue"):
        raise RowWrong("not_offered:use_queue")
    body: dict[str, Any] = {
        "content": row.get("post_content") or None,
        "title": row.get("title") or None,
        "mediaItems": _media(row.get("media_urls", "")),
        "platforms": [_target(account, row) for account in accounts],
        "scheduledFor": row.get("schedule_time") or None,
        "publishNow": publish_now,
        "isDraft": is_draft or None,
        "timezone": row.get("tz") or None,
        "tags": _words(row.get("tags", "")),
        "hashtags": _words(row.get("hashtags", "")),
        "mentions": _words(row.get("mentions", "")),
        "metadata": {"allowDuplicate": True} if _flag(row, "allow_duplicate") else None,
        "tiktokSettings": _settings(row.get("tiktok_settings", "")),
    }
    has_time = body["scheduledFor"] or all(each["scheduledFor"] for each in body["platforms"])
    if not (is_draft or publish_now or has_time):
        raise RowWrong("schedule_time_missing")
    try:
        return PostNew.model_validate(body)
    except ValidationError as error:
        raise RowWrong(
            *("invalid:" + ".".join(map(str, each["loc"])) for each in error.errors())
        ) from None


async def _accounts(
    session: AsyncSession, caller: Caller, row: Row, platforms: Sequence[str]
) -> list[Connection]:
    """Those that are named, or all of the profiles that are, on each of the platforms."""
    wanted = select(Connection).where(
        Connection.workspace_id == caller.workspace_id,
        Connection.disconnected_at.is_(None),
        caller.within(Connection.profile_id),
    )
    if named := _words(row.get("accounts", "")):
        rows = await session.scalars(wanted.where(Connection.id.in_(named)))
        known = {each.id: each for each in rows}
        if missing := [each for each in named if each not in known]:
            raise RowWrong(*(f"unknown_account:{each}" for each in missing))
        return [known[each] for each in named]
    profiles = await _profiles(session, caller, row)
    rows = await session.scalars(
        wanted.where(Connection.profile_id.in_(profiles)).order_by(Connection.id)
    )
    found = list(rows)
    missing = [each for each in platforms if each not in {one.platform for one in found}]
    if missing:
        raise RowWrong(*(f"no_account_for_platform:{each}" for each in missing))
    return [each for each in found if each.platform in platforms]


async def _profiles(session: AsyncSession, caller: Caller, row: Row) -> list[str]:
    """The ids of the profiles that a row names by id or by name."""
    named = [each.strip() for each in re.split(r"[,;|]", row.get("profiles", "")) if each.strip()]
    if not named:
        raise RowWrong("profiles_missing")
    rows = await session.execute(
        select(Profile.id, Profile.name).where(
            Profile.workspace_id == caller.workspace_id, caller.within(Profile.id)
        )
    )
    known = {key: profile_id for profile_id, name in rows for key in (name, profile_id)}
    if missing := [each for each in named if each not in known]:
        raise RowWrong(*(f"unknown_profile:{each}" for each in missing))
    return [known[each] for each in named]


def _target(account: Connection, row: Row) -> dict[str, Any]:
    name = account.platform
    return {
        "platform": name,
        "accountId": account.id,
        "customContent": row.get(f"custom_content_{name}") or None,
        "customMedia": _media(row.get(f"custom_media_{name}", "")) or None,
        "scheduledFor": row.get(f"schedule_time_{name}") or None,
    }


def _media(said: str) -> list[dict[str, str]]:
    # An address may hold a comma, but no space.
    parts = re.split(r"[\s;|]+|,(?=https?://)", said)
    return [{"url": each} for each in parts if each]


def _words(said: str) -> list[str]:
    return [each for each in _PARTS.split(said) if each]


def _flag(row: Row, name: str) -> bool:
    said = row.get(name, "").lower()
    if said not in _YES | _NO:
        raise RowWrong(f"invalid:{name}")
    return said in _YES


def _settings(said: str) -> dict[str, Any] | None:
    if not said:
        return None
    try:
        settings: Any = json.loads(said)
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise RowWrong("invalid:tiktok_settings")
    return cast("dict[str, Any]", settings)
