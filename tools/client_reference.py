"""Writes what docs/reference/client.md says about each public name of the client: `tools/docs.py`.

Signatures are taken from the source as they are written there, words from the docstrings; lines
that only link rows of spec/ are left out.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import cast

import tiktok_client
from tiktok_client import errors, limits, webhooks
from tiktok_client._async.display import AsyncDisplay
from tiktok_client._async.oauth import AsyncOAuth
from tiktok_client._async.posting import AsyncPosting

PACKAGE = Path(tiktok_client.__file__).parent
FAMILIES = {"oauth": AsyncOAuth, "posting": AsyncPosting, "display": AsyncDisplay}
# What is generated, under the name of what it is generated from.
TWINS = {
    "TikTok": "AsyncTikTok",
    "Transport": "AsyncTransport",
    "RefreshingToken": "AsyncRefreshingToken",
    "Limiter": "AsyncLimiter",
    "SlotLimiter": "AsyncSlotLimiter",
    "BlockingTokenProvider": "TokenProvider",
    "BlockingTokenFunction": "TokenFunction",
}
GROUPS: dict[str, tuple[str, ...]] = {
    "client": (
        "AsyncTikTok",
        "AsyncTransport",
        "Endpoints",
        "CallRecord",
        "TokenProvider",
        "TokenFunction",
        "AsyncRefreshingToken",
        "AsyncLimiter",
        "AsyncSlotLimiter",
    ),
    "oauth": (
        "AppKeys",
        "AppKind",
        "Scope",
        "AuthorizeRequest",
        "Callback",
        "TokenGrant",
        "ClientToken",
    ),
    "display": (
        "UserInfo",
        "UserField",
        "BASIC_FIELDS",
        "PROFILE_FIELDS",
        "STATS_FIELDS",
        "Video",
        "VideoField",
        "VideoPage",
    ),
}
ELSEWHERE = frozenset({"webhooks", "limits"})


def group(name: str) -> tuple[str, ...]:
    """The public names of a group, in the order of the page."""
    if name in GROUPS:
        return GROUPS[name]
    taken = {one for names in GROUPS.values() for one in names} | TWINS.keys() | ELSEWHERE
    rest = [one for one in tiktok_client.__all__ if one not in taken]
    told = [one for one in rest if _is_error(one) == (name == "errors")]
    return tuple(told)


def _is_error(name: str) -> bool:
    thing = getattr(tiktok_client, name)
    return name in {"Advice", "UploadRefusal"} or (
        isinstance(thing, type) and issubclass(thing, Exception)
    )


def family(name: str) -> str:
    """The methods of `tiktok.<name>`."""
    kind = FAMILIES[name]
    parts = [words(kind)]
    for method, function in inspect.getmembers(kind, inspect.isfunction):
        if not method.startswith("_"):
            header = signature(_definition(function), f"tiktok.{name}.{method}")
            parts += [f"### `tiktok.{name}.{method}`", fenced(header), words(function)]
    return "\n\n".join(parts) + "\n"


def names(of: str) -> str:
    """Every name of a group: how it is written, and its docstring."""
    found = (entry(tiktok_client, name) for name in group(of))
    return "\n\n".join(found) + "\n"


def events() -> str:
    """Every name of the module `webhooks`, but for errors, which are told with the others."""
    told = [name for name in webhooks.__all__ if name not in tiktok_client.__all__]
    parts = [entry(webhooks, name, "webhooks.") for name in sorted(told, key=_verify_first)]
    return "\n\n".join(parts) + "\n"


def _verify_first(name: str) -> tuple[bool, bool, str]:
    return name != "verify", name not in {"Event", "Envelope"}, name


def tree() -> str:
    """The drawn tree of errors."""
    drawn = (errors.__doc__ or "").partition("\n\n")[2].partition("\n\n")[0]
    return f"```text\n{drawn}\n```\n"


def twins() -> str:
    """Which name of the sync client stands for which of the async one."""
    rows = [f"| `{sync}` | `{waiting}` |" for sync, waiting in sorted(TWINS.items())]
    return "\n".join(["| without `await` | is the twin of |", "| --- | --- |", *rows]) + "\n"


def numbers() -> str:
    """Every number of the module `limits`."""
    rows = [
        f"| `{name}` | `{value}` |"
        for name, value in sorted(vars(limits).items())
        if name.isupper()
    ]
    return "\n".join(["| name | value |", "| --- | --- |", *rows]) + "\n"


def entry(module: ModuleType, name: str, prefix: str = "") -> str:
    """One public name."""
    thing: object = getattr(module, name)
    title = f"### `{prefix}{name}`"
    if isinstance(thing, type):
        return "\n\n".join([title, fenced(shape(thing)), words(thing), *methods(thing)])
    if inspect.isfunction(thing):
        return "\n\n".join([title, fenced(signature(_definition(thing), name)), words(thing)])
    return "\n\n".join([title, fenced(assignment(name))])


def methods(kind: type) -> Iterator[str]:
    """The public methods of a class, below it."""
    for node in _class(kind).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_public(node):
            if any(ast.unparse(one) == "property" for one in node.decorator_list):
                continue
            doc = ast.get_docstring(node)
            yield f"#### `{kind.__name__}.{node.name}`"
            yield fenced(signature(node, node.name))
            yield cleaned(doc or "")


def shape(kind: type) -> str:
    """A class as one writes it in a stub: fields, members, properties, what makes it."""
    node = _class(kind)
    bases = [ast.unparse(base) for base in node.bases if ast.unparse(base) != "NamedTuple"]
    lines = [f"class {node.name}({', '.join(bases)}):" if bases else f"class {node.name}:"]
    for part in node.body:
        match part:
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                lines.append(f"    {name}: {ast.unparse(part.annotation)}{_default(part.value)}")
            case ast.Assign(targets=[ast.Name(id=name)]) if not name.startswith("_"):
                lines.append(f"    {name} = {ast.unparse(part.value)}")
            case ast.FunctionDef(name="__init__"):
                lines.append(textwrap.indent(signature(part, "__init__"), "    "))
            case ast.FunctionDef() if _is_public(part) and part.decorator_list:
                said = f" -> {ast.unparse(part.returns)}" if part.returns else ""
                if ast.unparse(part.decorator_list[0]) == "property":
                    lines.append(f"    {part.name}{said.replace(' ->', ':')}  # property")
            case _:
                continue
    return "\n".join(lines if len(lines) > 1 else [f"{lines[0]} ..."])


def _default(value: ast.expr | None) -> str:
    if value is None:
        return ""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        given = {one.arg for one in value.keywords}
        return " = ..." if given & {"default", "default_factory"} else ""
    return f" = {ast.unparse(value)}"


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> str:
    """A function's head, on one line, or with an argument on each."""
    waits = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    asked = list(_arguments(node.args))
    line = f"{waits}def {name}({', '.join(asked)}){result}"
    if len(line) <= 92:
        return line
    return f"{waits}def {name}(\n" + "".join(f"    {one},\n" for one in asked) + f"){result}"


def _arguments(said: ast.arguments) -> Iterator[str]:
    positional = [*said.posonlyargs, *said.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(said.defaults))
    for number, (one, value) in enumerate(zip(positional, missing + said.defaults, strict=True), 1):
        if one.arg not in {"self", "cls"}:
            yield _argument(one, value)
        if number == len(said.posonlyargs):
            yield "/"
    if said.kwonlyargs:
        yield "*"
    for one, value in zip(said.kwonlyargs, said.kw_defaults, strict=True):
        yield _argument(one, value)


def _argument(one: ast.arg, value: ast.expr | None) -> str:
    kind = f": {ast.unparse(one.annotation)}" if one.annotation else ""
    return f"{one.arg}{kind}{'' if value is None else f' = {ast.unparse(value)}'}"


def _is_public(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not node.name.startswith("_")


def _class(kind: type) -> ast.ClassDef:
    return cast("ast.ClassDef", ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0])


def _definition(function: object) -> ast.FunctionDef | ast.AsyncFunctionDef:
    source = textwrap.dedent(inspect.getsource(cast("type", function)))
    return cast("ast.FunctionDef | ast.AsyncFunctionDef", ast.parse(source).body[0])


@cache
def assignments() -> dict[str, str]:
    """Everything that a module of the client gives a name to at its top."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_sync" in path.parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found.setdefault(node.targets[0].id, ast.unparse(node))
    return found


def assignment(name: str) -> str:
    """How an alias or a constant is written."""
    said = assignments()[name]
    return said if len(said) <= 92 else said.replace(" | ", "\n    | ").replace(", ", ",\n    ")


def words(thing: object) -> str:
    """A docstring of its own, as Markdown."""
    return cleaned(inspect.getdoc(thing) or "")


def cleaned(doc: str) -> str:
    """A docstring without the lines that link rows of spec/."""
    lines: Iterable[str] = inspect.cleandoc(doc).splitlines()
    kept = "\n".join(line for line in lines if not line.startswith("spec: "))
    kept = re.sub(r"^Source:(.*(?:\n(?!\n).*)*)", r"*Source:\1*", kept, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def fenced(code: str) -> str:
    """A block of a stub file."""
    return f"```pyi\n{code}\n```"
