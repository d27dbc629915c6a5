"""How long to wait: between looks at a publication, and after trouble. Pure; jitter comes later."""

from datetime import timedelta

FIRST_LOOK = timedelta(seconds=5)
LONGEST_EARLY = timedelta(seconds=60)
GROWTH = 1.5


def next_poll(polls: int, since: timedelta) -> timedelta:
    """The pause before the next status request.

    Args:
        polls: how many looks have been taken since the last byte.
        since: how long ago the last byte was sent.

    Returns:
        5 s, growing by half to 60 s for an hour; then 10 min until 24 h; then an hour.
    """
    if since < timedelta(hours=1):
        return min(FIRST_LOOK * GROWTH ** min(polls, 12), LONGEST_EARLY)
    if since < timedelta(hours=24):
        return timedelta(minutes=10)
    return timedelta(hours=1)


def backoff(troubles: int) -> timedelta:
    """The pause after the nth trouble in a row: 1 s, doubling, at most 10 minutes."""
    return min(timedelta(seconds=2 ** min(troubles, 10)), timedelta(minutes=10))
