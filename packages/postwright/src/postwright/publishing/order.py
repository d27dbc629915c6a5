"""What is to be published, and on which accounts: the order that `schedule` carries out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from postwright.connections.models import Connection
from postwright.media.models import MediaFile, MediaKind
from postwright.platforms.content import Mode, Source
from postwright.posts.about import About
from postwright.publishing.awaiting import Piece
from postwright.publishing.states import IfMissed


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be published.

    Attributes:
        media: one video, or photos in their order; what is still being fetched is waited for.
        caption: the text, as people are shown it; what goes out is in `settings`.
        settings: the network's own settings, as JSON.
        mode: onto the profile, or into the inbox.
        source: how the network gets the bytes; None leaves it to the platform app.
        publish_at: when; None is now.
        timezone: the IANA name of the zone in which a person chose the time.
        if_missed: what to do if nothing was running at that time; None leaves it to the settings.
        key: the caller's own name for it, if it has one.
        is_draft: it is kept, and goes nowhere before it gets a time.
        refuses_repeats: nothing is made if an account gets the same within a day already.
        kind_said: what its media are, where that is not known of the files.
        about: what is kept with the post.
    """

    media: Sequence[Piece]
    caption: str
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    mode: Mode = Mode.DIRECT
    source: Source | None = None
    publish_at: datetime | None = None
    timezone: str = "UTC"
    if_missed: IfMissed | None = None
    key: str | None = None
    is_draft: bool = False
    refuses_repeats: bool = False
    kind_said: MediaKind | None = None
    about: About = About()  # noqa: RUF009  # it is frozen

    @property
    def kind(self) -> MediaKind:
        """Video or photos. A post is made of one kind."""
        known = [each.kind for each in self.media if isinstance(each, MediaFile)]
        return known[0] if known else self.kind_said or MediaKind.VIDEO


@dataclass(frozen=True, slots=True)
class Target:
    """An account that a post goes to, and what is different there. None is as the order says."""

    connection: Connection
    media: Sequence[Piece] | None = None
    caption: str | None = None
    settings: dict[str, Any] | None = None
    mode: Mode | None = None
    source: Source | None = None
    publish_at: datetime | None = None
    timezone: str | None = None
    if_missed: IfMissed | None = None
    kind_said: MediaKind | None = None

    def order(self, common: Order) -> Order:
        """What is to be published there."""
        names = [name for name in self.__slots__ if name != "connection"]
        own = {name: getattr(self, name) for name in names}
        return replace(common, **{name: told for name, told in own.items() if told is not None})
