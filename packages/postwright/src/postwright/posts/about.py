"""What a post says of itself, besides its content."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class About:
    """What is kept with a post for whoever made it; nothing of it is published.

    Attributes:
        title: its title, where it is not the text's.
        tags: for filters.
        hashtags: kept as they were given; those in the text are what counts.
        mentions: likewise.
        more: whatever the caller wants to keep with it.
        timezone: the IANA name of the zone in which a person chose the time.
        source: the way it came in.
        created_by: who gave it.
        wish: all that was asked for, so that a part of it can be changed.
    """

    title: str = ""
    tags: Sequence[str] = ()
    hashtags: Sequence[str] = ()
    mentions: Sequence[str] = ()
    more: dict[str, Any] | None = None
    timezone: str = "UTC"
    source: str = "cli"
    created_by: str = ""
    wish: dict[str, Any] | None = None

    def columns(self) -> dict[str, Any]:
        """As the row of a post has it."""
        return {
            "title": self.title,
            "tags": list(self.tags),
            "hashtags": list(self.hashtags),
            "mentions": list(self.mentions),
            "more": self.more,
            "timezone": self.timezone,
            "source": self.source,
            "created_by": self.created_by,
            "wish": self.wish,
        }
