"""Writes the parts of docs/ that the code knows better: `make docs`.

A part lies between `<!-- from code: NAME -->` and `<!-- end -->`; the words around it are written
by hand. `--check` writes nothing and ends with 1 if a page differs from the code.
"""

import argparse
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # as a script: the workspace's root is not on the path yet
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

import postwright
from postwright.config import Settings
from postwright.errors import AppError
from tiktok_client.codes import CODES, OAUTH_CODES
from tools import (
    api_page,
    client_reference,
    coverage_page,
    emulator_page,
    live_page,
    media_page,
    outcomes_page,
    states_page,
)

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- from code: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(*titles: str, rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [titles, ("---",) * len(titles), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    """Each setting under its variable's name, nested ones in the place of their group."""
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name}".upper()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, f"{variable}__")
        else:
            yield variable, field


def default(field: FieldInfo) -> str:
    """The default in words that are true on every machine."""
    value: Any = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if field.default_factory is not None:
        return "as the platform has it"
    return "unset" if value is None or value == "" else f"`{value}`"


def settings() -> str:
    """Every setting with its default and what it does."""
    rows = [(f"`{n}`", default(f), f.description or "") for n, f in fields(Settings, "POSTWRIGHT_")]
    return table("variable", "default", "what it is", rows=rows)


def app_errors() -> list[type[AppError]]:
    """Every error a person can meet, by exit code, then name."""
    for module in pkgutil.walk_packages(postwright.__path__, "postwright."):
        if not module.name.endswith(".__main__"):  # importing that one runs it
            importlib.import_module(module.name)
    found = set[type[AppError]]()
    waiting = [AppError]
    while waiting:
        known = waiting.pop().__subclasses__()
        found.update(error for error in known if error.__module__.startswith("postwright."))
        waiting += known
    return sorted(found, key=lambda error: (error.exit_code, error.code))


def first_line(thing: object) -> str:
    """The first sentence of a docstring."""
    return (thing.__doc__ or "").strip().partition("\n")[0]


def errors() -> str:
    """The codes of `--json`, with exit code and advice."""
    rows = [
        (
            f'<a id="{error.code}"></a>`{error.code}`',
            str(error.exit_code),
            f"`{error.advice.value}`",
            first_line(error),
        )
        for error in app_errors()
    ]
    return table("code", "exit", "advice", "meaning", rows=rows)


def exit_codes() -> str:
    """Exit codes; an error shares that of the one it derives from."""
    first = {error.exit_code: error for error in app_errors() if "exit_code" in vars(error)}
    rows = [("0", "Done."), (str(AppError.exit_code), "None of these: the error's code says what.")]
    rows += [(str(code), first_line(first[code])) for code in sorted(first)]
    stopped = [("130", "Interrupted with Ctrl-C."), ("143", "Stopped with SIGTERM.")]
    return table("code", "meaning", rows=[*rows, *stopped])


def tiktok_codes() -> str:
    """TikTok's codes as the client reads them."""
    rows = [
        (f"`{code}`", f"`{meaning.error.__name__}`", f"`{meaning.advice.name}`")
        for code, meaning in CODES.items()
    ]
    rows += [(f"`{code}`", "`OAuthError`", f"`{adv.name}`") for code, adv in OAUTH_CODES.items()]
    return table("code", "class", "advice", rows=rows)


def commands() -> str:
    """The help of every command, as `--help` prints it."""
    entry = importlib.import_module("postwright.cli").main

    def helps(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
        name = path.rpartition(" ")[2]
        look: dict[str, Any] = {"terminal_width": 88, **command.context_settings}
        context = click.Context(command, info_name=name, parent=parent, **look)
        yield f"## `{path}`\n\n```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            for inner_name in command.list_commands(context):
                inner = command.get_command(context, inner_name)
                if inner and not inner.hidden:
                    yield from helps(inner, f"{path} {inner_name}", context)

    return "\n".join(helps(entry, "postwright", None))


PARTS: dict[str, Callable[[], str]] = {
    "api-failures": api_page.failures,
    "api-operations": api_page.operations,
    "api-shapes": api_page.shapes,
    "api-figures": api_page.figures,
    "settings": settings,
    "errors": errors,
    "exit-codes": exit_codes,
    "stages": states_page.diagram,
    "assumptions": states_page.assumptions,
    "outcomes-answers": outcomes_page.answers,
    "outcomes-failures": outcomes_page.failures,
    "outcomes-leavings": outcomes_page.leavings,
    "tiktok-codes": tiktok_codes,
    "commands": commands,
    "emulator-known": emulator_page.known,
    "emulator-unofficial": emulator_page.unofficial,
    "emulator-operations": emulator_page.operations,
    "emulator-faults": emulator_page.faults,
    "emulator-scenarios": emulator_page.scenarios,
    "emulator-settings": emulator_page.switches,
    "emulator-commands": emulator_page.commands,
    "coverage-figures": coverage_page.figures,
    "coverage": coverage_page.tables,
    "live-tests": live_page.table,
    "media-rules-video": lambda: media_page.rules("video"),
    "media-rules-photo": lambda: media_page.rules("photo"),
    "media-rules-files": lambda: media_page.rules("files"),
    "media-rules-post": lambda: media_page.rules("post"),
    "client-twins": client_reference.twins,
    "client-names": lambda: client_reference.names("client"),
    "client-oauth": lambda: client_reference.family("oauth"),
    "client-oauth-names": lambda: client_reference.names("oauth"),
    "client-posting": lambda: client_reference.family("posting"),
    "client-posting-names": lambda: client_reference.names("posting"),
    "client-display": lambda: client_reference.family("display"),
    "client-display-names": lambda: client_reference.names("display"),
    "client-webhooks": client_reference.events,
    "client-errors": lambda: client_reference.names("errors"),
    "client-error-tree": client_reference.tree,
    "client-limits": client_reference.numbers,
}


def current(text: str) -> str:
    """The page with every part as the code has it now."""
    return PART.sub(lambda part: part[1] + PARTS[part["name"]]() + part[3], text)


def main() -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    check: bool = parser.parse_args().check
    stale = list[Path]()
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if text != (fresh := current(text)):
            stale.append(page)
            if not check:
                page.write_text(fresh, encoding="utf-8")
    verdict = "differs from the code: make docs" if check else "written"
    for page in stale:
        print(f"{page.relative_to(ROOT)}: {verdict}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
