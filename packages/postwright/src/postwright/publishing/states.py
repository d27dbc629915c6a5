"""The states of a publication that people see, and how they follow from an attempt. Pure."""

from enum import StrEnum
from typing import assert_never

from postwright.publishing.attempt import (
    AskStatus,
    CheckCreator,
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
        case CheckCreator() | Init() | Send() | AskStatus() | Wait():
            return _OF_STAGE[decision.attempt.stage]
        case _:
            assert_never(decision.next)
