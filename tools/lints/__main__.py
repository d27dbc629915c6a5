"""The rules of the house that ruff does not know: `python tools/lints` checks the whole tree.

Prints `path:line: rule: message` for each breach and ends with 1 if there was any. A line may
carry `# lint: <rule> - <reason>` to be let off; an excuse that excuses nothing is a breach too.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.lints import apply  # noqa: E402  # the line above makes the root importable


def sources() -> Iterator[apply.Source]:
    """Every text file that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607  # whichever git is on PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, sorted(listed.stdout.decode().split("\0"))):
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            continue  # deleted but still tracked, or not text
        yield apply.Source(PurePosixPath(name), text)


def main() -> int:
    """Print what every rule finds; 1 if anything was found."""
    found = [breach.told() for source in sources() for breach in apply.breaches(source)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
