"""The network says that something is out which it had said could not be.

That should not happen. Whatever is true then: nothing is posted a second time before it is known.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from postwright.publishing.attempt import (
    OVER,
    Attempt,
    Decision,
    EarlierIsOut,
    End,
    Event,
    OutAfterAll,
    Stage,
    Wait,
)
from postwright.publishing.protocol.limits import MAX_RETRIES


def while_over(a: Attempt, event: Event, now: datetime) -> Decision:
    """It had ended without a post; if that is not true its status is asked, and nothing else."""
    if not isinstance(event, OutAfterAll):
        return Decision(a, End(a.stage))
    asked = replace(
        a,
        stage=Stage.TRACKING,
        last_byte_at=a.last_byte_at or a.opened_at or now,
        failed_at=None,
        troubles=0,
        retries=MAX_RETRIES,  # whatever the status says: nothing is posted for it again
    )
    return Decision(asked, Wait(timedelta(0)))


def instead(a: Attempt, event: EarlierIsOut) -> Decision:
    """It was to be posted in the place of one that is out: a person decides, if it can be stopped.

    It is given up, so that nothing can bring it on: whoever has it in hand finds that out when it
    records. What has been sent, or fetched, and is not over goes its way.
    """
    is_over = a.stage in OVER
    if not is_over and (a.last_byte_at is not None or event.served):
        return Decision(a, Wait(timedelta(0)))
    says = f"word came that attempt {event.number} is out after all"
    given_up = a if is_over else replace(a, stage=Stage.VOID)
    return Decision(given_up, Wait(None, hold="unconfirmed", unconfirmed=True, detail=says))
