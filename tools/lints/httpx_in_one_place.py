"""One module knows the HTTP library, and the three packages know each other only one way."""

import ast
from collections.abc import Iterator

from tools.lints.source import Finding, Source

NAME = "httpx-in-one-place"

CLIENT = "packages/tiktok-client"
EMULATOR = "packages/tiktok-emulator"
SERVICE = "packages/postwright"
CODE = f"{CLIENT}/src/tiktok_client"
TRANSPORTS = (f"{CODE}/_async/transport.py", f"{CODE}/_sync/transport.py")
# The emulator asks for media and delivers events; nothing else of it goes outwards.
OUTWARDS = tuple(
    f"{EMULATOR}/src/tiktok_emulator/{name}" for name in ("pull/fetch.py", "webhooks/post.py")
)
# The command line asks a service elsewhere.
ELSEWHERE = (f"{SERVICE}/src/postwright/remote/transport.py",)
CONNECTIONS = (f"{CODE}/_async/pool.py", f"{CODE}/_sync/pool.py", f"{CODE}/_network")
HOMES: dict[str, tuple[str, ...]] = {
    "httpx2": TRANSPORTS + OUTWARDS + ELSEWHERE,
    "httpcore2": TRANSPORTS + CONNECTIONS,  # the layer that httpx2 stands on
    **dict.fromkeys(("httpx", "httpcore", "requests", "aiohttp"), ()),
}
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
    """Refuse HTTP libraries of src/ away from their home, and imports between strangers."""
    if not (source.is_python and source.under("packages")):
        return
    strangers = STRANGERS.get("/".join(source.path.parts[:2]), set[str]())
    for line, package in imports(source):
        if "src" in source.path.parts and package in HOMES and not source.under(*HOMES[package]):
            yield Finding(
                line, f"{package}: only the client's transport talks HTTP, and the emulator's two"
            )
        if package in strangers:
            yield Finding(line, f"{package}: client, emulator and service stay apart")
