"""Tables for people: fitted to a terminal, never cut elsewhere."""

from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from postwright.kit.text import harmless

_ENDLESS = 10_000


def table(
    titles: Sequence[str], rows: Sequence[Sequence[str]], *, whole: Collection[str] = ()
) -> None:
    """Print a table; where there is no terminal each row is one line, columns apart by spaces.

    Args:
        titles: of the columns. On a terminal one that has nothing in it is left out.
        rows: the cells.
        whole: titles of the columns that are not broken into lines: what people copy.
    """
    console = Console()
    if not console.is_terminal:
        console.width = _ENDLESS
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    used = [
        column
        for column in range(len(titles))
        if not console.is_terminal or any(row[column] for row in rows)
    ]
    for column in used:
        unbroken = not console.is_terminal or titles[column] in whole
        shown.add_column(titles[column], overflow="fold", no_wrap=unbroken)
    for row in rows:
        # As Text: what people have written may look like markup.
        shown.add_row(*(Text(harmless(row[column])) for column in used))
    with console.capture() as written:
        console.print(shown)
    for line in written.get().splitlines():
        console.out(line.rstrip(), highlight=False)
