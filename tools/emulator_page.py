"""Tables of docs/reference/emulator.md: commands, switches, scenarios, faults, what is known."""

import importlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tiktok_emulator import Settings
from tiktok_emulator.faults import ONLY_FOR, FaultKind
from tiktok_emulator.operations import ENDPOINTS, Operation
from tiktok_emulator.scenarios import SCENARIOS
from tools.coverage import Row, load_rows, measure

MEANINGS = {
    FaultKind.DROP_BEFORE: "nothing is done and the connection closes without an answer",
    FaultKind.DROP_AFTER: "it is done and the connection closes without an answer",
    FaultKind.DELAY_BEFORE: "`delay_s` real seconds pass before it is done",
    FaultKind.DELAY_AFTER: "`delay_s` real seconds pass before it is answered",
    FaultKind.ERROR: "nothing is done; `status` and `code` in the operation's own shape",
    FaultKind.HTML: "nothing is done; `status` with a gateway's page",
    FaultKind.STALE_TOKEN: "nothing is done; 401 `access_token_invalid`, or `invalid_grant`",
    FaultKind.MALFORMED: "it is done; the body is no JSON",
    FaultKind.TRUNCATED: "it is done; half of the body, as if it were all",
    FaultKind.RESET_IN_ANSWER: "it is done; the connection breaks in the middle of the answer",
    FaultKind.RESET_IN_BODY: "the connection breaks after `after_bytes` of the chunk",
    FaultKind.SLOW_INTAKE: "the chunk is read at `bytes_per_second`",
    FaultKind.FETCH_FIRST: "the media is fetched before the init is answered",
    FaultKind.DUPLICATE: "it is sent twice",
    FaultKind.REORDER: "the app's next event overtakes it",
    FaultKind.LOSE: "it is never sent",
}


def table(*titles: str, rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [titles, ("---",) * len(titles), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def faults() -> str:
    """Every kind of fault, and the operations that know it."""
    rows = [
        (
            f"`{kind.value}`",
            ", ".join(f"`{operation.value}`" for operation in ONLY_FOR.get(kind, ())) or "all",
            MEANINGS[kind],
        )
        for kind in FaultKind
    ]
    return table("kind", "of", "what happens", rows=rows)


def operations() -> str:
    """Every operation and where it is asked for."""
    places = {each.operation: f"`{each.method} {each.path}`" for each in ENDPOINTS}
    token = places[Operation.TOKEN]
    elsewhere = {
        Operation.REFRESH: token,
        Operation.CLIENT_TOKEN: token,
        Operation.WEBHOOK: "outwards, to the app's callback address",
        Operation.PULL: "outwards, to the server of the media",
    }
    rows = [(f"`{each.value}`", (places | elsewhere)[each]) for each in Operation]
    return table("operation", "where", rows=rows)


def scenarios() -> str:
    """Every scenario: what happens, and what a good client does."""
    return "\n".join(
        f"**`{each.name}`**: {each.says}\n\n*A good client:* {each.good_client}\n"
        for each in SCENARIOS.values()
    )


def switches() -> str:
    """Every setting with its default."""
    rows = [
        (f"`{name}`", f"`{_json(field)}`", field.description or "")
        for name, field in _fields(Settings, "")
    ]
    return table("setting", "default", "what it is", rows=rows)


def _fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, f"{name}.")
        else:
            yield prefix + name, field


def _json(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def commands() -> str:
    """The help of every command, as `--help` prints it."""
    entry: click.Command = importlib.import_module("tiktok_emulator.cli").main
    return "\n".join(_help(entry, "tiktok-emulator", None))


def _help(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(
        command, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=88
    )
    yield f"### `{path}`\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if inner := command.get_command(context, name):
                yield from _help(inner, f"{path} {name}", context)


def _carried() -> list[tuple[str, Row]]:
    carried = measure().emulator
    return [(name, row) for name, row in load_rows().items() if name in carried]


def known() -> str:
    """How many of the emulator's rules are official, observed and assumed."""
    counts = Counter(str(row["basis"]) for _, row in _carried())
    meanings = {
        "official": "a page of TikTok's says so",
        "observed": "others have seen it live and said so in public",
        "assumed": "nobody knows; this is our choice, and mostly a setting",
    }
    rows = [(f"**{basis}**", str(counts[basis]), says) for basis, says in meanings.items()]
    return table("basis", "rules", "meaning", rows=rows)


def unofficial() -> str:
    """Every rule that is not official, with where it is from."""
    rows = [
        (f"`{name}`", str(row["basis"]), str(row["says"]).replace("|", "\\|"), str(row["date"]))
        for name, row in sorted(_carried(), key=lambda each: (each[1]["basis"], each[0]))
        if row["basis"] != "official"
    ]
    return table("rule", "basis", "what holds", "date", rows=rows)
