"""What is wrong with a post before it is sent, in the one form that all surfaces show."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["error", "fixable", "advice"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a file or a field does not meet.

    `error` and `fixable` keep a post from being sent, `advice` does not. `fixable` is what can be
    mended without asking (a frame rate, a container), see `media/fixing`.

    Attributes:
        kind: how bad it is.
        rule: id of the row in spec/ or of a rule of ours, e.g. `media.video.fps`.
        where: the file or the field, for people.
        says: one sentence for a person.
        measured: what was found, with its unit.
        limit: what is allowed, with its unit.
        fix: what to do.
        file: the file it is about, as it was named; None if it is about the post.
    """

    kind: Kind
    rule: str
    where: str
    says: str
    measured: str | None = None
    limit: str | None = None
    fix: str | None = None
    file: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether the post cannot be sent like this."""
        return self.kind != "advice"
