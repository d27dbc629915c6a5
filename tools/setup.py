"""Makes .venv from requirements.lock, with nothing but Python on the machine.

uv does the work. If it is not on PATH it is fetched from the configured package index into
.tools/, which nothing else uses. The lock names versions and hashes but no index, so that it
works behind a mirror as well as without one: uv is told the index and the certificates that the
machine's pip is set up for, since it reads neither by itself.
"""

import argparse
import ast
import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV_VERSION = "0.13.8"
LOCK = ROOT / "requirements.lock"


def run(*command: str | Path, quiet: bool = False) -> None:
    """Run a command in the root; stop with its status if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        check=False,
        capture_output=quiet,
        text=True,
    )
    if done.returncode:
        if quiet:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        sys.exit(f"setup: '{Path(str(command[0])).name} {command[1]}' failed ({done.returncode})")


def find_pip() -> list[str] | None:
    """How this Python runs pip, if it can."""
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode == 0:
        return pip
    # Debian splits pip and venv off; ensurepip's wheel may still be there to run in place.
    try:
        import ensurepip  # noqa: PLC0415  # some Pythons come without it

        wheel = next(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
    except (ImportError, StopIteration):
        return None
    return [sys.executable, str(wheel / "pip")]


def as_pip_does(listed: str) -> dict[str, str]:
    """What to tell uv so that it reaches packages as pip does.

    Args:
        listed: what `pip config list` prints; later lines count more.
    """
    says = dict[str, str]()
    for line in listed.splitlines():
        name, given, value = line.partition("=")
        if given and value.startswith(("'", '"')):
            says[name.rpartition(".")[2]] = str(ast.literal_eval(value))
    told = dict[str, str]()
    # uv's own settings were made for uv; they win.
    given_for_uv = os.environ  # noqa: TID251  # uv's settings, not ours
    if "index-url" in says and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & given_for_uv.keys():
        told["UV_DEFAULT_INDEX"] = says["index-url"]
    if not {"SSL_CERT_FILE", "UV_SYSTEM_CERTS"} & given_for_uv.keys():
        if "cert" in says:
            told["SSL_CERT_FILE"] = says["cert"]
        elif machine_has_certificates():
            told["UV_SYSTEM_CERTS"] = "true"
    return told


def machine_has_certificates() -> bool:
    """Whether the machine has a store of its own; if not, uv's built-in list has to do."""
    paths = ssl.get_default_verify_paths()  # None for what is not there
    return (
        sys.platform in ("darwin", "win32")
        or bool(paths.cafile)
        or (bool(paths.capath) and any(Path(paths.capath).iterdir()))
    )


def told_to_uv() -> dict[str, str]:
    """What is added to the environment of a uv that is started."""
    pip = find_pip()
    listed = ""
    if pip is not None:
        asked = [*pip, "--disable-pip-version-check", "config", "list"]
        listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return as_pip_does(listed)


def private_uv() -> Path:
    """Fetch uv into .tools/ with pip."""
    target = TOOLS / "uv"
    binary = target / "bin" / "uv"
    if binary.exists():
        return binary
    print(f"setup: fetching uv {UV_VERSION} into {TOOLS.relative_to(ROOT)}/", flush=True)
    wanted = f"uv=={UV_VERSION}"
    install = ["install", "--quiet", "--disable-pip-version-check", "--target", str(target), wanted]
    pip = find_pip()
    if pip is None:
        sys.exit(
            "setup: this Python has neither pip nor ensurepip, so uv cannot be fetched.\n"
            "Install pip (Debian: apt-get install python3-pip) or uv, and run make again."
        )
    run(*pip, *install)
    if not binary.exists():
        sys.exit(f"setup: uv was installed but {binary} is not there")
    return binary


def find_uv() -> Path:
    """The uv on PATH, or a private one."""
    found = shutil.which("uv")
    return Path(found) if found else private_uv()


def lock(uv: Path) -> None:
    """Resolve anew and write requirements.lock."""
    run(uv, "lock", "--upgrade", quiet=True)
    run(
        uv, "export", "--quiet", "--no-emit-workspace", "--all-groups", "--all-extras",
        "--format", "requirements-txt", "--no-header", "--no-annotate",
        "--output-file", LOCK, quiet=True,
    )  # fmt: skip


def sync(uv: Path) -> None:
    """Make .venv hold exactly what the lock says, plus the three packages, editable."""
    venv = ROOT / ".venv"
    if not (venv / "bin" / "python").exists():
        run(uv, "venv", "--quiet", "--no-python-downloads", "--python", ">=3.11", venv)
    os.environ["VIRTUAL_ENV"] = str(venv)  # noqa: TID251  # tells uv which environment; no setting is read
    print("setup: installing the locked packages", flush=True)
    run(uv, "pip", "install", "--quiet", "--require-hashes", "--link-mode", "copy", "-r", LOCK)
    editable = [
        part for path in sorted((ROOT / "packages").iterdir()) for part in ("-e", str(path))
    ]
    run(uv, "pip", "install", "--quiet", "--no-deps", *editable)


def main() -> None:
    """Parse the one flag and go."""
    if sys.version_info < (3, 11):  # noqa: UP036  # whoever runs this may have an older one
        sys.exit(f"setup: Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", action="store_true", help="resolve anew instead of installing")
    args = parser.parse_args()
    uv = find_uv()
    os.environ.update(told_to_uv())  # noqa: TID251  # for child processes; no setting is read
    if args.lock:
        lock(uv)
    else:
        sync(uv)
        digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
        print(f"setup: ready (lock {digest})")


if __name__ == "__main__":
    main()
