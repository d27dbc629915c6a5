"""Writes `_sync/` of the TikTok client from `_async/`, so that the two cannot differ.

    tools/unasync.py            write
    tools/unasync.py --check    fail if what is there is not what would be written

Each rule is a pattern and what replaces it, in this order. A rule that matches nowhere is an error:
it would stay behind when the code it was for is gone.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "packages" / "tiktok-client" / "src" / "tiktok_client"
HEADER = "# Generated from _async/{name} by tools/unasync.py. Edit that file.\n"

BLOCKING = "from tiktok_client._blocking import"

RULES = [
    (r"from (anyio|anyio\.to_thread|tiktok_client\._waiting) import\b", BLOCKING),
    (
        r"The async client\. `_sync` is generated from this folder",
        "The sync client, made of _async",
    ),
    (r"\basync with\b", "with"),
    (r"\basync def\b", "def"),
    (r"\basync for\b", "for"),
    (r"\bawait ", ""),
    (r"\b_network\.waiting\b", "_network.blocking"),
    (r"\bAsync(ConnectionPool|HTTPProxy)\b", r"\1"),
    (r"\bAsyncByteStream\b", "SyncByteStream"),
    (r"\bAsyncItera(tor|ble)\b", r"Itera\1"),
    (
        r"\bAsync(TikTok|Transport|OAuth|Posting|Display|Calls|Feed|Opening|Sending|RefreshingToken|(Slot)?Limiter)\b",
        r"\1",
    ),
    (r"\bAwaitable, Callable\b", "Callable"),
    (r"\bAwaitable\[(str|None|Response)\]", r"\1"),
    (r"\bToken(Provider|Function)\b", r"BlockingToken\1"),
    (r"\bhandle_async_request\b", "handle_request"),
    (r"\baiter_(bytes|stream)\b", r"iter_\1"),
    (r"\b__aenter__\b", "__enter__"),
    (r"\b__aexit__\b", "__exit__"),
    (r"\b__aiter__\b", "__iter__"),
    (r"\baclose\b", "close"),
]


def convert(text: str, used: set[int]) -> str:
    """Apply every rule; note in `used` which ones matched."""
    for number, (pattern, replacement) in enumerate(RULES):
        text, count = re.subn(pattern, replacement, text)
        if count:
            used.add(number)
    return text


def formatted(text: str) -> str:
    """Format as the rest of the tree: names got shorter, so lines may join."""
    command = [sys.executable, "-m", "ruff", "format", "-"]
    done = subprocess.run(  # fixed argv, no shell
        command, input=text, cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def generate() -> dict[str, str]:
    """Return file name to generated text. Exits if a rule matches nowhere or async is left over."""
    used: set[int] = set()
    files: dict[str, str] = {}
    for source in sorted((CLIENT / "_async").glob("*.py")):
        text = convert(source.read_text(encoding="utf-8"), used)
        if left := re.search(r"\b(async|await)\b.*|\bAsync\w+", text):
            sys.exit(f"unasync: {source.name} still says {left.group(0)!r}; add a rule")
        files[source.name] = formatted(HEADER.format(name=source.name) + text)
    unused = [pattern for number, (pattern, _) in enumerate(RULES) if number not in used]
    if unused:
        sys.exit(f"unasync: these rules match nowhere, remove them: {', '.join(unused)}")
    return files


def main() -> None:
    """Write, or check and exit with 1 on any difference."""
    target = CLIENT / "_sync"
    wanted = generate()
    there = {path.name: path.read_text(encoding="utf-8") for path in target.glob("*.py")}
    if there == wanted:
        return
    if "--check" in sys.argv[1:]:
        names = wanted.keys() | there.keys()
        differing = [name for name in sorted(names) if wanted.get(name) != there.get(name)]
        sys.exit(f"unasync: _sync/ is out of date ({', '.join(differing)}); run make fmt")
    target.mkdir(exist_ok=True)
    for name in there.keys() - wanted.keys():
        (target / name).unlink()
    for name, text in wanted.items():
        (target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
