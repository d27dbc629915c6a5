"""What a publication shows after a decision, and when it goes on. Pure, but for a random delay."""

from dataclasses import replace
from datetime import datetime

from postwright.publishing import caps
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
    Wait,
)
from postwright.publishing.rows import Kept
from postwright.publishing.states import state_after, visibility_of
from postwright.publishing.wording import told
from postwright.publishing.work import START, TRACK, Work, lane_of


def plan(
    publication: Kept, work: Work, decision: Decision, now: datetime, *, asked_at: datetime
) -> None:
    """Change what a publication shows after a decision, and when it goes on.

    A nudge that came later than `asked_at`, when the call was begun that is decided on, knows
    more, and brings it on at once.
    """
    publication.state = state_after(publication.state, decision)
    if publication.state.is_end and publication.finished_at is None:
        publication.finished_at = now
    _see(publication, work, decision.attempt, now)
    _plan_ahead(publication, work, decision, now)
    nudged = publication.nudged_at is not None and publication.nudged_at >= asked_at
    if nudged and publication.lane == TRACK:
        publication.due_at = now


def _see(publication: Kept, work: Work, a: Attempt, now: datetime) -> None:
    """Who can see it, and where. What a webhook has stored meanwhile is not forgotten."""
    known = publication.post_ids
    publication.post_ids = [*known, *(new for new in a.post_ids if new not in known)]
    if publication.post_ids:
        publication.post_url = work.post_url(publication.post_ids[0])
    seen = replace(a, post_ids=tuple(publication.post_ids))
    publication.visibility = visibility_of(seen, publication.visibility, now)


def _plan_ahead(publication: Kept, work: Work, decision: Decision, now: datetime) -> None:
    match decision.next:
        case CheckCreator() | Init() | Send() | AskStatus() | Close() | CancelPull():
            publication.detail = publication.hold_reason = ""
            publication.expected_at = None
        case End(reason=reason):
            publication.lane = publication.due_at = publication.expected_at = None
            publication.hold_reason = ""
            publication.end_code, publication.detail = reason, told(work.network, decision)
        case Restart(delay=delay):
            publication.lane, publication.due_at = START, now + delay
            publication.hold_reason, publication.detail = "", told(work.network, decision)
        case Wait(delay=delay, hold=hold):
            publication.lane = lane_of(decision.attempt)
            # An account's quota is free at a known time, and in the order of its publications.
            exact = hold in caps.QUOTAS
            pause = delay if delay is None or exact else work.jittered(delay)
            publication.due_at = None if pause is None else now + pause
            publication.hold_reason, publication.detail = hold, told(work.network, decision)
            publication.expected_at = publication.due_at if hold else None
