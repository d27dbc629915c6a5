"""One module knows the HTTP library, and the three packages know each other only one way."""

import ast
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "httpx-in-one-place"

CLIENT = "packages/tiktok-client"
EMULATOR = "packages/tiktok-emulator"
HTTP = {"httpx", "httpx2", "httpcore", "httpcore2", "requests", "aiohttp"}
TRANSPORTS = tuple(
    f"{CLIENT}/src/tiktok_client/{twin}/transport.py" for twin in ("_async", "_sync")
)
STRANGERS = {
    CLIENT: {"tiktok_emulator", "postwright"},
    EMULATOR: {"tiktok_client", "postwright"},
}


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Each imported top-level package with its line; relative imports name none."""
    for node in source.nodes:
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name.partition(".")[0]) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module.partition(".")[0]
            case _:
                pass


def check(source: Source) -> Iterator[Finding]:
    """Refuse HTTP libraries in src/ outside the transport, and imports between strangers."""
    if not (source.is_python and source.under("packages")):
        return
    shipped = "src" in source.path.parts and str(source.path) not in TRANSPORTS
    strangers = STRANGERS.get("/".join(source.path.parts[:2]), set[str]())
    for line, package in imports(source):
        if shipped and package in HTTP:
            yield Finding(line, f"{package}: only _async/transport.py talks HTTP")
        if package in strangers:
            yield Finding(line, f"{package}: client, emulator and service stay apart")
