"""The states of a publication that people see, and how they follow from an attempt. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from postwright.publishing.attempt import (
    AskStatus,
    Attempt,
    CancelPull,
    CheckCreator,
    Close,
    Decision,
    End,
    Init,
    Restart,
    Send,
    Stage,
    Wait,
)


class State(StrEnum):
    """draft > scheduled > preparing > (held) > submitting > uploading > processing > an end."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    HELD = "held"
    SUBMITTING = "submitting"
    UPLOADING = "uploading"
    PROCESSING = "processing"
    UNCONFIRMED = "unconfirmed"
    PUBLISHED = "published"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_end(self) -> bool:
        """Whether nothing more happens by itself, but for learning a public id."""
        return self in ENDS


class Visibility(StrEnum):
    """Who can see a post, as far as the network has told. Apart from the state."""

    UNKNOWN = "unknown"  # not out yet
    RESTRICTED = "restricted"  # out, and for fewer than everyone, as was asked
    PENDING = "pending"  # out; asked for everyone, no public id yet
    PUBLIC = "public"  # out, with a public id
    MISSING = "missing"  # asked for everyone a day ago, and still no public id
    WITHDRAWN = "withdrawn"  # was public; its owner or the network has hidden it


class IfMissed(StrEnum):
    """What to do with a publication whose time passed while nothing was running."""

    PUBLISH = "publish"  # late is better than never
    HOLD = "hold"  # a person decides
    SKIP = "skip"  # its moment is over


MISSING_AFTER = timedelta(hours=24)
ENDS = frozenset({State.PUBLISHED, State.DELIVERED, State.FAILED, State.CANCELLED})

_OF_STAGE = {
    Stage.READY: State.PREPARING,
    Stage.INTENT: State.SUBMITTING,
    Stage.OPEN: State.UPLOADING,
    Stage.TRACKING: State.PROCESSING,
    Stage.SETTLING: State.PROCESSING,
    Stage.VOID: State.PREPARING,
    Stage.PUBLISHED: State.PUBLISHED,
    Stage.DELIVERED: State.DELIVERED,
    Stage.FAILED: State.FAILED,
    Stage.CANCELLED: State.CANCELLED,
}


def state_of(decision: Decision) -> State:
    """What a publication shows after a decision."""
    match decision.next:
        case End(stage=stage):
            return _OF_STAGE[stage]
        case Restart():
            return State.PREPARING
        case Wait(unconfirmed=True):
            return State.UNCONFIRMED
        case Wait(hold=hold) if hold and decision.attempt.stage is Stage.READY:
            return State.HELD
        case CheckCreator() | Init() | Send() | AskStatus() | Close() | CancelPull() | Wait():
            return _OF_STAGE[decision.attempt.stage]
        case _:
            assert_never(decision.next)


def state_after(before: State, decision: Decision) -> State:
    """What a publication shows after a decision, given what it showed before.

    To ask once more is no news: what is unconfirmed stays so until something is proven.
    """
    state = state_of(decision)
    return before if before is State.UNCONFIRMED and state is State.PROCESSING else state


def visibility_of(a: Attempt, before: Visibility, now: datetime) -> Visibility:
    """Who can see what was posted, as far as the network has told by its status.

    What a webhook has told (`WITHDRAWN`) stays until another one tells otherwise.
    """
    if a.stage is not Stage.PUBLISHED or before is Visibility.WITHDRAWN:
        return before
    if a.post_ids:
        return Visibility.PUBLIC
    if not a.expects_id:
        return Visibility.RESTRICTED
    late = a.last_byte_at is not None and now - a.last_byte_at >= MISSING_AFTER
    return Visibility.MISSING if late else Visibility.PENDING
