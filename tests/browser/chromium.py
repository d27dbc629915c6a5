"""Where the browser of the tests is: the system's Chromium, or the one Playwright has downloaded.

python -m tests.browser.chromium prints its path. If there is none it installs Debian's package,
when it may; otherwise it fails and says what to install. Tests that need a browser fail without
one, they are never skipped.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
INSTALL_S = 900
ADVICE = """\
There is no Chromium for the browser tests. Install one of these and run the command again:
  Debian, Ubuntu:  apt-get install chromium
  Fedora:          dnf install chromium
  anywhere:        .venv/bin/playwright install --with-deps chromium"""


class NoBrowser(Exception):
    """There is no Chromium; the message says how to get one."""


def find_chromium(downloaded: str) -> Path | None:
    """The program to start, or None.

    `downloaded` is where Playwright would have put its own (`chromium.executable_path`).
    """
    for command in COMMANDS:
        if (found := shutil.which(command)) is not None:
            return Path(found)
    for application in APPLICATIONS:
        if application.exists():
            return application
    return Path(downloaded) if Path(downloaded).exists() else None


def need_chromium(downloaded: str) -> Path:
    """The program to start.

    Raises:
        NoBrowser: there is none.
    """
    found = find_chromium(downloaded)
    if found is None:
        raise NoBrowser(ADVICE)
    return found


def install_chromium() -> None:
    """Install Debian's package, if this is root on a Debian; one process at a time."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    with (Path(tempfile.gettempdir()) / "chromium-install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sys.stderr.write("Installing Debian's chromium for the browser tests.\n")
        for arguments in (["update", "-q"], ["install", "-q", "-y", "chromium"]):
            subprocess.run(
                [apt, *arguments],
                check=False,
                timeout=INSTALL_S,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},  # noqa: TID251  # handed on
                stdout=sys.stderr,
            )


def main() -> None:
    """Print where it is; install it first if need be."""
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    if find_chromium(downloaded) is None:
        install_chromium()
    try:
        sys.stdout.write(f"{need_chromium(downloaded)}\n")
    except NoBrowser as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
