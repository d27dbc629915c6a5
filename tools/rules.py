"""Writes what the emulator ships of spec/: for each row its sentence, source, date and basis.

tools/rules.py            writes packages/tiktok-emulator/src/tiktok_emulator/sources.json
"""

import json
import sys
from pathlib import Path

if __name__ == "__main__":  # as a script: the workspace's root is not on the path yet
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.coverage import EMULATOR, load_rows

FILE = EMULATOR / "sources.json"


def content() -> str:
    """The file as spec/ has it now: one line for each row, in the order of ids."""
    lines = [
        f"{json.dumps(name)}: "
        + json.dumps([str(row[key]) for key in ("says", "source", "date", "basis")])
        for name, row in sorted(load_rows().items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> int:
    """Write it."""
    FILE.write_text(content(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
