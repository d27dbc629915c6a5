"""Shows what goes on: bars on a terminal, a line per change elsewhere, nothing for programs."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal, Protocol, assert_never

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from postwright.cli import printing
from postwright.kit.text import harmless

_EVERY_PERCENT = 25
_WHAT = 10
_AT_ONCE_S = 1.0  # what takes no longer needs no lines about how far it is


class Display(Protocol):
    """One thing at a time goes on; each begins, may advance, and ends."""

    def begin(self, what: str, total: int | None = None) -> None:
        """Something begins; what went on before has ended. `total` is its size in bytes."""
        ...

    def advance(self, done: int) -> None:
        """It has come so far, in bytes. May be called from another thread."""
        ...

    def say(self, detail: str) -> None:
        """Something about it has changed."""
        ...

    def end(self, detail: str, *, good: bool = True) -> None:
        """It has ended, and how."""
        ...

    def warn(self, text: str) -> None:
        """What a person should know, beside all this."""
        ...


class Silent:
    """Shows nothing."""

    def begin(self, what: str, total: int | None = None) -> None:
        """Nothing."""

    def advance(self, done: int) -> None:
        """Nothing."""

    def say(self, detail: str) -> None:
        """Nothing."""

    def end(self, detail: str, *, good: bool = True) -> None:
        """Nothing."""

    def warn(self, text: str) -> None:
        """On stderr, where it is in no program's way."""
        printing.warning(text)


class Lines:
    """A line for each change, for logs and pipes."""

    def __init__(self) -> None:
        self._what = ""
        self._total: int | None = None
        self._shown = 0
        self._began = 0.0

    def begin(self, what: str, total: int | None = None) -> None:
        """Remember it; the first line comes with the first change."""
        self._what, self._total, self._shown = what, total, 0
        self._began = time.monotonic()

    def advance(self, done: int) -> None:
        """A line each quarter."""
        if not self._total or time.monotonic() - self._began < _AT_ONCE_S:
            return
        percent = done * 100 // self._total // _EVERY_PERCENT * _EVERY_PERCENT
        if percent > self._shown and percent < 100:
            self._shown = percent
            printing.line(f"{self._what}: {percent} %")

    def say(self, detail: str) -> None:
        """A line."""
        printing.line(f"{self._what}: {detail}")

    def end(self, detail: str, *, good: bool = True) -> None:  # noqa: ARG002  # the words say it
        """A line."""
        printing.line(f"{self._what}: {detail}")

    def warn(self, text: str) -> None:
        """On stderr."""
        printing.warning(text)


class _Bar(BarColumn):
    """A bar for what has a size."""

    def render(self, task: Task) -> ProgressBar:
        bar = super().render(task)
        if task.total is None:
            bar.width = 0
        return bar


class Bars:
    """A bar for what goes on; what has ended is a line above it, which stays as it is.

    Whatever else is to be said has to come through here while it draws, or it is drawn over.
    """

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", table_column=Column(width=_WHAT), markup=False),
            TextColumn(
                "{task.fields[detail]}",
                table_column=Column(ratio=1, overflow="fold"),
                markup=False,
            ),
            _Bar(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            expand=True,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._console = console
        self._task: TaskID | None = None
        self._what = ""
        self._total: int | None = None
        self._began = 0.0

    @contextmanager
    def live(self) -> Generator[None]:
        """Draw until the block ends."""
        with self._progress:
            try:
                yield
            finally:
                self._leave()

    def begin(self, what: str, total: int | None = None) -> None:
        """A new bar."""
        self._leave()
        self._what, self._total, self._began = what, total, time.monotonic()
        self._task = self._progress.add_task(what, total=total, detail="")

    def advance(self, done: int) -> None:
        """Fill the bar."""
        if self._task is None or not self._total:
            return
        passed = time.monotonic() - self._began
        rate = f", {printing.size(int(done / passed))}/s" if passed > 1 else ""
        detail = f"{printing.size(done)} of {printing.size(self._total)}{rate}"
        self._progress.update(self._task, completed=done, detail=detail)

    def say(self, detail: str) -> None:
        """Words beside the bar."""
        if self._task is not None:
            self._progress.update(self._task, detail=harmless(detail))

    def end(self, detail: str, *, good: bool = True) -> None:
        """A line instead of the bar."""
        if self._task is None:
            return
        self._leave()
        passed = timedelta(seconds=int(time.monotonic() - self._began))
        line = Table.grid(
            Column(),
            Column(width=_WHAT),
            Column(ratio=1, overflow="fold"),
            Column(style="progress.elapsed"),
            padding=(0, 1),
            expand=True,
        )
        mark = Text("✓", style="green") if good else Text("✗", style="red")
        line.add_row(mark, Text(self._what), Text(harmless(detail)), str(passed))
        self._console.print(line)

    def warn(self, text: str) -> None:
        """Lines above the bar; on stderr, if that goes somewhere else."""
        if sys.stderr.isatty():
            self._console.print(Text(harmless(printing.as_warning(text, self._console.width))))
        else:
            printing.warning(text)

    def _leave(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


@contextmanager
def display(*, as_json: bool) -> Generator[Display]:
    """What fits the place where the output goes."""
    console = Console()
    kind: Literal["json", "bars", "lines"]
    kind = "json" if as_json else "bars" if console.is_terminal else "lines"
    if kind == "bars" and console.is_dumb_terminal:
        kind = "lines"
    match kind:
        case "json":
            yield Silent()
        case "lines":
            yield Lines()
        case "bars":
            bars = Bars(console)
            with bars.live():
                yield bars
        case _:
            assert_never(kind)
