"""Runs the client's tests on every Python it is made for: `make pythons`.

Each interpreter that is on the machine gets an environment of its own under .tools/, with the
client, what it needs, and what its tests need, in the locked versions. One that is not there is
named and skipped: CI has them all.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from setup import LOCK, ROOT, TOOLS, find_uv, run, told_to_uv

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
CLIENT = ROOT / "packages" / "tiktok-client"
FOR_TESTS = ("pytest", "pytest-asyncio", "pytest-socket", "hypothesis", "cryptography")


def works(python: str | Path, version: str) -> bool:
    """Whether this is that Python: a shim of a version manager can be there without one behind."""
    told = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", told], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == version


def find(uv: Path, version: str) -> str | None:
    """An interpreter of this version, or None."""
    found = subprocess.run(
        [uv, "python", "find", "--no-project", "--no-python-downloads", version],
        capture_output=True,
        text=True,
        check=False,
    )
    pyenv = Path.home() / ".pyenv" / "versions"
    there = [
        found.stdout.strip(),
        shutil.which(f"python{version}") or "",
        *map(str, sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)),
    ]
    return next((one for one in there if one and works(one, version)), None)


def environment(uv: Path, version: str, python: str) -> Path:
    """Make the environment of one version; return its interpreter."""
    folder = TOOLS / "pythons" / version
    inside = folder / "bin" / "python"
    if not inside.exists():
        run(uv, "venv", "--quiet", "--no-project", "--python", python, folder)
    run(
        uv, "pip", "install", "--quiet", "--python", inside, "--constraint", LOCK,
        *FOR_TESTS, "-e", CLIENT,
    )  # fmt: skip
    return inside


def main() -> None:
    """Test on each, print what became of it, and exit with 1 if any failed."""
    uv = find_uv()
    os.environ.update(told_to_uv())  # noqa: TID251  # for child processes; no setting is read
    became: dict[str, str] = {}
    for version in VERSIONS:
        python = find(uv, version)
        if python is None:
            became[version] = "not on this machine"
            continue
        inside = environment(uv, version, python)
        print(f"\nPython {version}: {python}", flush=True)
        tests = [inside, "-m", "pytest", "-q", "-p", "no:xdist", CLIENT / "tests"]
        done = subprocess.run(tests, cwd=ROOT, check=False)
        became[version] = "failed" if done.returncode else "passed"
    print()
    for version, what in became.items():
        print(f"Python {version}  {what}")
    if "failed" in became.values() or "passed" not in became.values():
        sys.exit(1)


if __name__ == "__main__":
    main()
