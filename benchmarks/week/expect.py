"""What must come of each post, said from the script alone: no row of the service is asked."""

from dataclasses import dataclass
from datetime import datetime

from benchmarks.week.items import Item, Part
from postwright.platforms.content import Mode


@dataclass(frozen=True, slots=True)
class Expected:
    """How a post ends.

    Attributes:
        ends_as: the word for it.
        posts: how many there are of it at TikTok.
        not_before: none of it is announced earlier.
        text: what is under it, if that is ours to say.
    """

    ends_as: str
    posts: int
    not_before: datetime
    text: str | None


def expected(item: Item) -> Expected:
    """The one way in which this post may end."""
    at = item.moved_to or item.at
    if item.mode is Mode.DRAFT:
        ends_as = "published" if item.finishes else "delivered"
        return Expected(ends_as, item.finishes, at, None)
    match item.part:
        case Part.CANCELLED | Part.CUT_SKIP:
            return Expected("cancelled", 0, at, None)
        case Part.FAILED:
            return Expected("failed", 0, at, None)
        case Part.EDITED:
            return Expected("published", 1, at, item.text("edited"))
        case _:
            return Expected("published", 1, at, item.text())
