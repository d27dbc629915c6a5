"""Words and columns for people."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta


def span(span: timedelta) -> str:
    """How long: seconds, minutes, hours or days."""
    seconds = span.total_seconds()
    if seconds < 90:
        return f"{seconds:.1f} s"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"


def tally(words: Counter[str]) -> str:
    """How often each."""
    return ", ".join(f"{count} {word}" for word, count in sorted(words.items()) if count)


def columns(rows: Sequence[Sequence[object]], *, left: int = 1) -> list[str]:
    """Lines of a table: the first columns to the left, numbers to the right, nothing for a 0."""
    texts = [["" if cell == 0 and n >= left else str(cell) for n, cell in enumerate(row)]
             for row in rows]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return [
        "  ".join(
            f"{text:<{width}}" if n < left else f"{text:>{width}}"
            for n, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in texts
    ]
