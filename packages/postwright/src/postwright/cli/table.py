"""Tables for people: fitted to a terminal, never cut elsewhere."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_ENDLESS = 10_000


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; where there is no terminal each row is one line, columns apart by spaces."""
    console = Console()
    if not console.is_terminal:
        console.width = _ENDLESS
    shown = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    for title in titles:
        shown.add_column(title, overflow="fold", no_wrap=not console.is_terminal)
    for row in rows:
        # As Text: what people have written may look like markup.
        shown.add_row(*(Text(cell) for cell in row))
    console.print(shown)
