"""How an attempt ends, is given up, pauses, and what follows it."""

from dataclasses import replace

from postwright.publishing.attempt import Attempt, Decision, End, Restart, Stage, Wait
from postwright.publishing.pace import backoff
from postwright.publishing.protocol.limits import MAX_VOIDS


def end(a: Attempt, stage: Stage, reason: str = "", detail: str = "") -> Decision:
    """The publication is over."""
    return Decision(replace(a, stage=stage), End(stage, reason, detail))


def end_if_cancelled(a: Attempt) -> Decision | None:
    """The end, if a person wants it and nothing has been sent."""
    return end(a, Stage.CANCELLED) if a.cancel_requested else None


def void(a: Attempt, detail: str) -> Decision:
    """Give an attempt up of which nothing can appear, and begin another, up to a limit."""
    if a.cancel_requested:
        return end(a, Stage.CANCELLED)
    if a.voids >= MAX_VOIDS:
        return end(a, Stage.FAILED, "no_upload_completed", detail)
    given_up = replace(a, stage=Stage.VOID, voids=a.voids + 1)
    return Decision(given_up, Restart(backoff(a.voids), detail))


def pause(a: Attempt, detail: str) -> Decision:
    """The same again, a little later: nothing was decided by what happened."""
    if a.cancel_requested and a.last_byte_at is None:
        return end(a, Stage.CANCELLED)
    troubled = replace(a, troubles=a.troubles + 1)
    return Decision(troubled, Wait(backoff(a.troubles), detail=detail))


def next_attempt(a: Attempt) -> Attempt:
    """What follows an attempt that ended in `Restart`: the same content, from the start."""
    return Attempt(
        plan=a.plan,
        source=a.source,
        mode=a.mode,
        told=a.told,
        expects_id=a.expects_id,
        cancel_requested=a.cancel_requested,
        voids=a.voids,
        retries=a.retries,
    )
