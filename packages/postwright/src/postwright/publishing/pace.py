"""How long to wait: between looks at a publication, and after trouble. Pure; jitter comes later."""

from datetime import timedelta

FIRST_LOOK = timedelta(seconds=5)
LONGEST_EARLY = timedelta(seconds=60)
GROWTH = 1.5


def next_poll(polls: int, since: timedelta, *, told: bool = False) -> timedelta:
    """The pause before the next status request.

    Args:
        polls: how many looks have been taken since the last byte.
        since: how long ago the last byte was sent.
        told: the network is known to say by webhooks what it has done. Then a look is only for
            what was lost on the way.

    Returns:
        5 s, growing by half to 60 s for an hour; then 10 min until 24 h; then an hour.
        If told: 60 s, doubling to 10 min for an hour; then half an hour until 24 h; then an hour.
    """
    if told:
        return _when_told(polls, since)
    if since < timedelta(hours=1):
        return min(FIRST_LOOK * GROWTH ** min(polls, 12), LONGEST_EARLY)
    if since < timedelta(hours=24):
        return timedelta(minutes=10)
    return timedelta(hours=1)


def _when_told(polls: int, since: timedelta) -> timedelta:
    if since < timedelta(hours=1):
        return min(LONGEST_EARLY * 2 ** min(polls, 10), timedelta(minutes=10))
    return timedelta(minutes=30) if since < timedelta(hours=24) else timedelta(hours=1)


def next_look(since: timedelta, *, told: bool = False) -> timedelta:
    """The pause before the next look at what a person has to finish: 10 min, later an hour."""
    if told or since >= timedelta(hours=24):
        return timedelta(hours=1)
    return timedelta(minutes=10)


def backoff(troubles: int) -> timedelta:
    """The pause after the nth trouble in a row: 1 s, doubling, at most 10 minutes."""
    return min(timedelta(seconds=2 ** min(troubles, 10)), timedelta(minutes=10))


def crowded(refusals: int) -> timedelta:
    """The pause after the nth "too many requests" in a row: a minute, doubling, at most ten."""
    return min(timedelta(minutes=2 ** min(max(refusals, 1) - 1, 4)), timedelta(minutes=10))
