"""The command line on a machine that has nothing but the address of a service, and a key."""

import subprocess
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.factories.commandline import Commandline, Ran, clean_environ

# Makes an API key; its text.
MakeKey = Callable[..., str]


@dataclass(slots=True)
class Afar:
    """Runs commands against a service elsewhere, which `there` gives commands on its machine.

    Attributes:
        there: the command line on the service's machine.
        url: where the service is.
        key: the text of an API key.
        data_dir: where this machine's data would be, if a command touched any.
    """

    there: Commandline
    url: str
    key: str
    data_dir: Path

    def __call__(self, *words: object, **environ: str) -> Ran:
        """Run a command here; more of the environment may be given."""
        with self._here(environ):
            ran = self.there(*words)
        assert self.key not in ran.out + ran.err
        assert not self.data_dir.exists(), "a command for elsewhere has touched this machine's data"
        return ran

    def start(self, *words: object, until: str, **environ: str) -> subprocess.Popen[str]:
        """Start a command here in a process of its own, and wait for a line with `until` in it."""
        with self._here(environ):
            return self.there.start(*words, until=until)

    @contextmanager
    def _here(self, environ: Mapping[str, str]) -> Generator[None]:
        """Have this machine's environment, until the block ends."""
        given = {
            "POSTWRIGHT_URL": self.url,
            "POSTWRIGHT_API_KEY": self.key,
            "POSTWRIGHT_DATA_DIR": str(self.data_dir),
            "POSTWRIGHT_KEY_FILE": str(self.data_dir / "key"),
            **environ,
        }
        before = dict(self.there.environ)
        self.there.environ.clear()
        self.there.environ.update(clean_environ() | {k: v for k, v in given.items() if v})
        try:
            yield
        finally:
            self.there.environ.clear()
            self.there.environ.update(before)

    def refused(self, code: int, *words: object, **environ: str) -> str:
        """Run a command that must fail, with one screen of words; these, on one line."""
        ran = self(*words, **environ)
        assert ran.code == code, ran
        assert "Traceback" not in ran.err
        return " ".join(ran.err.split())
