"""How a post stands, of how its publications do. Pure; the database has the same (`post_status`).

A trigger on publications keeps `posts.status` by it, so that none can be forgotten, and lists can
be looked up by it.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from postwright.publishing.states import State


class PostStatus(StrEnum):
    """How a post stands as a whole."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


_UNDER_WAY: Final = frozenset(
    {State.PREPARING, State.SUBMITTING, State.UPLOADING, State.PROCESSING, State.UNCONFIRMED}
)
_TO_COME: Final = frozenset({State.SCHEDULED, State.HELD})
_OUT: Final = frozenset({State.PUBLISHED, State.DELIVERED})


def post_status(states: Collection[State]) -> PostStatus:
    """The status of a post whose publications are in these states.

    What was called off by a person is left out, unless there is nothing else.
    """
    counted = frozenset(states) - {State.CANCELLED}
    if not counted:
        return PostStatus.CANCELLED if states else PostStatus.DRAFT
    is_over = bool(counted & (_OUT | {State.FAILED}))
    if counted & _UNDER_WAY or (counted & _TO_COME and is_over):
        return PostStatus.PUBLISHING
    if counted & _TO_COME:
        return PostStatus.SCHEDULED
    if not is_over:
        return PostStatus.DRAFT
    if counted <= _OUT:
        return PostStatus.PUBLISHED
    return PostStatus.PARTIAL if counted & _OUT else PostStatus.FAILED
