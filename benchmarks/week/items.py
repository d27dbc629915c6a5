"""What is posted, by whom, and to which part of the week's story each post belongs."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from benchmarks.week.times import Zone
from postwright.media.models import MediaKind
from postwright.platforms.content import Mode, Source
from postwright.publishing.states import IfMissed


class App(StrEnum):
    """An app that is registered at TikTok, by its client key."""

    OURS = "demo-desktop-key"
    OTHER = "other-desktop-key"
    TRIAL = "demo-unaudited-key"  # which TikTok has not audited

    @property
    def secret(self) -> str:
        """Its client secret at the emulator."""
        return self.value.replace("-key", "-secret")


class Part(StrEnum):
    """What happens to a post; a row of the report."""

    PLAIN = "nothing special"
    STORM = "many at once, over the daily cap"
    OTHER = "the same creator, by another app"
    TRIAL = "an app that is not audited"
    CROWDED = "TikTok says 429 for half an hour"
    EDITED = "edited before it goes out"
    MOVED = "given another time"
    CANCELLED = "cancelled"
    FAILED = "TikTok finds it bad"
    RETRIED = "found bad, retried by a person"
    RECOVERED = "TikTok fails, it is tried again"
    LEFT = "draft, left in the inbox"
    FINISHED = "draft, finished by its person"
    DRAFTS = "many drafts at once"
    AWAY = "due while TikTok is away, or just after"
    DATABASE = "due while the database is away"
    CUT_PUBLISH = "due in a power cut: publish late"
    CUT_SKIP = "due in a power cut: skip"
    CUT_HOLD = "due in a power cut: a person decides"
    REVOKED = "due while the account is gone, or soon after"
    IN_FLIGHT = "on its way when the account goes"
    DEPLOY = "due when all workers are replaced"


@dataclass(frozen=True, slots=True)
class Account:
    """A creator as one app knows it. `workspace` is a number."""

    username: str
    workspace: int
    zone: Zone
    app: App = App.OURS
    private: bool = False

    @property
    def privacy(self) -> str:
        """The widest that everybody may ask for."""
        return "SELF_ONLY" if self.private else "PUBLIC_TO_EVERYONE"


@dataclass(slots=True)
class Item:
    """A post. `local` is when it is due on the clocks of its account's zone.

    Attributes:
        number: its name; the first four characters of its text.
        moved_to: the other time that it is given.
        finishes: how often its person finishes it, if it is a draft.
    """

    number: int
    account: Account
    local: datetime
    part: Part = Part.PLAIN
    kind: MediaKind = MediaKind.VIDEO
    source: Source = Source.UPLOAD
    mode: Mode = Mode.DIRECT
    if_missed: IfMissed = IfMissed.PUBLISH
    moved_to: datetime | None = None
    finishes: int = 0

    @property
    def at(self) -> datetime:
        """When it is due."""
        return self.account.zone.moment(self.local)

    def text(self, what: str = "as planned") -> str:
        """Its caption."""
        return f"{self.number:04d} {what}"


class Act(StrEnum):
    """Something that happens at a planned time."""

    EDIT = "edit"
    MOVE = "move"
    CANCEL = "cancel"
    SPOIL = "spoil"  # TikTok will find the next file of this creator bad
    UPSET = "upset"  # TikTok will fail at it
    RETRY = "retry"
    FINISH = "finish"
    CROWD = "crowd"
    AWAY = "TikTok goes away"
    DATABASE = "the database goes away"
    CUT = "power cut"
    REVOKE = "revoke"
    RECONNECT = "reconnect"
    DEPLOY = "deploy"


@dataclass(frozen=True, slots=True, order=True)
class Deed:
    """One of these, with the post or the account that it is about."""

    at: datetime
    order: int
    act: Act = field(compare=False)
    item: Item | None = field(default=None, compare=False)
    account: Account | None = field(default=None, compare=False)
