"""It is out, or with its person; what there is still to learn."""

from dataclasses import replace
from datetime import datetime

from postwright.platforms.answers import Phase, Status
from postwright.platforms.content import Mode
from postwright.publishing.attempt import (
    AskStatus,
    Attempt,
    Decision,
    End,
    Event,
    NoSlot,
    Stage,
    Wait,
    Woke,
)
from postwright.publishing.pace import next_look, next_poll
from postwright.publishing.protocol.limits import POLL_UNTIL


def complete(a: Attempt, status: Status, now: datetime) -> Decision:
    """The network says that it is posted."""
    done = replace(a, stage=Stage.PUBLISHED, post_ids=merged(a, status), troubles=0)
    return _after_publishing(done, now)


def while_delivered(a: Attempt, event: Event, now: datetime) -> Decision:
    """The draft lies in the inbox. When the person finishes it, it is published after all."""
    match event:
        case Status(phase=Phase.COMPLETE):
            return complete(a, event, now)
        case Status(phase=Phase.FAILED):
            return Decision(a, End(Stage.DELIVERED, event.fail_reason))
        case Woke():
            return Decision(a, AskStatus())
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay))
        case _:
            return until_finished(a, now)


def until_finished(a: Attempt, now: datetime) -> Decision:
    """Look again now and then, for three days, whether its person has posted it."""
    since = now - (a.last_byte_at or now)
    if since >= POLL_UNTIL:
        return Decision(a, End(Stage.DELIVERED))
    return Decision(replace(a, polls=a.polls + 1), Wait(next_look(since, told=a.told)))


def while_published(a: Attempt, event: Event, now: datetime) -> Decision:
    """The post is out; what is missing is its public id, which comes after moderation."""
    match event:
        case Status():
            return _after_publishing(replace(a, post_ids=merged(a, event)), now)
        case Woke():
            return Decision(a, End(Stage.PUBLISHED) if _is_told_all(a) else AskStatus())
        case NoSlot(delay=delay):
            return Decision(a, Wait(delay))
        case _:
            return _after_publishing(a, now)


def _is_told_all(a: Attempt) -> bool:
    """Whether there is nothing more to learn. Of a draft it is never known."""
    return a.mode is Mode.DIRECT and (bool(a.post_ids) or not a.expects_id)


def _after_publishing(a: Attempt, now: datetime) -> Decision:
    """Look again until all is told, for three days."""
    since = now - (a.last_byte_at or now)
    if _is_told_all(a) or since >= POLL_UNTIL:
        return Decision(a, End(Stage.PUBLISHED))
    looked = replace(a, polls=a.polls + 1)
    if a.mode is Mode.DRAFT:
        return Decision(looked, Wait(next_look(since, told=a.told)))
    return Decision(looked, Wait(next_poll(looked.polls, since, told=a.told)))


def merged(a: Attempt, status: Status) -> tuple[str, ...]:
    """A draft may give several posts, and a post that is hidden loses its id: none is forgotten."""
    return (*a.post_ids, *(known for known in status.post_ids if known not in a.post_ids))
