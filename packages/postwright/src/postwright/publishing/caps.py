"""The quotas of a day: how many posts, drafts and creators, and what the network teaches of them.

How many posts a creator may make is a usual number only, and other apps count as well. So nothing
is held for the number alone. The network is asked, which costs no post; if it says no, that is
remembered, and it is asked again on a schedule, by the first in line.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import PlatformApp
from postwright.jobs import lanes
from postwright.platforms.answers import CreatorReady, Refusal, Refused
from postwright.platforms.base import Caps
from postwright.platforms.content import Mode
from postwright.publishing.attempt import OnHold, Stage
from postwright.publishing.forecast import COUNTS_FOR, RUNS_OUT
from postwright.publishing.protocol import CHECK_IS_FRESH
from postwright.publishing.work import Work

DAY = timedelta(hours=24)
LOOK_EVERY = timedelta(hours=1)
# While the outcome of what went out is open, and while the one before has its turn.
SOON = timedelta(seconds=30)

QUOTAS = frozenset({Refusal.CAP, Refusal.DRAFTS, Refusal.USERS})
REASONS = {Mode.DIRECT: Refusal.CAP, Mode.DRAFT: Refusal.DRAFTS}
# What was announced and is no post yet; a draft waits until its person is done with it.
GOING = (Stage.INTENT, Stage.OPEN, Stage.TRACKING, Stage.SETTLING)
DONE_DRAFTS = (Stage.PUBLISHED, Stage.FAILED, Stage.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a connection stands, of one mode, at `now`.

    Attributes:
        now: the database's clock.
        mode: direct posts, or drafts.
        caps: what the network allows.
        cap_at: when the network last said that the creator may post no more, if it still holds.
        cap_posts: how many of ours there were when it did, if it ever did.
        counted: announced in the last 24 hours; of drafts, those that nobody has finished.
        going: how many of them are still under way.
        oldest_at: when the first of them was announced.
        newest_at: and the last.
        ahead: how many are held for the same quota that were to go out earlier.
        ahead_at: when the first of those is looked at.
    """

    now: datetime
    mode: Mode
    caps: Caps
    cap_at: datetime | None = None
    cap_posts: int | None = None
    counted: int = 0
    going: int = 0
    oldest_at: datetime | None = None
    newest_at: datetime | None = None
    ahead: int = 0
    ahead_at: datetime | None = None

    @property
    def most(self) -> int | None:
        """How many there may be in 24 hours, as far as it is known; None: any number."""
        if self.mode is Mode.DRAFT:
            return self.caps.drafts
        if self.caps.posts is None:
            return None
        return self.caps.posts if self.cap_posts is None else max(1, self.cap_posts)

    @property
    def free_at(self) -> datetime | None:
        """When the oldest counts no more."""
        return None if self.oldest_at is None else self.oldest_at + COUNTS_FOR


def held(standing: Standing) -> OnHold | None:
    """What holds the next publication of this connection, if a quota of the day does. Pure."""
    match standing.mode:
        case Mode.DIRECT:
            return _capped(standing) or _too_many_going(standing) or _in_line(standing)
        case Mode.DRAFT:
            return _too_many_drafts(standing) or _in_line(standing)
        case _:
            assert_never(standing.mode)


def held_for_a_check(standing: Standing, checked_at: datetime | None) -> OnHold | None:
    """What holds one that was checked before the last place was taken, it may be. Pure.

    It has waited for something else since then. When its check counts no more, it is made anew.
    """
    s = standing
    if s.mode is not Mode.DIRECT or s.most is None or s.counted < s.most:
        return None
    if checked_at is None or s.newest_at is None or checked_at > s.newest_at:
        return None
    return OnHold(
        Refusal.CAP,
        f"{s.counted} posts in 24 hours, where {s.most} are usual, and the last of them went out "
        "after it was asked whether this one may",
        max(checked_at + CHECK_IS_FRESH - s.now, timedelta(0)) + timedelta(seconds=1),
    )


def next_look(standing: Standing) -> datetime | None:
    """When to ask again whether the creator may post; None if nothing has said no. Pure.

    Each hour, as nobody tells when other apps' posts end to count; and when our oldest does.
    """
    if standing.cap_at is None:
        return None
    look = standing.cap_at + LOOK_EVERY
    if standing.free_at is not None and standing.cap_at < standing.free_at:
        look = min(look, standing.free_at)
    return look


def _capped(s: Standing) -> OnHold | None:
    look = next_look(s)
    if look is None or look <= s.now:
        return None
    free = f"the oldest ends to count at {_told(s.free_at)}" if s.free_at else "none of ours counts"
    return OnHold(
        Refusal.CAP,
        f"the creator may post no more today, after {s.counted} of ours in 24 hours; {free}, "
        "when other apps' do is unknown",
        look - s.now,
    )


def _too_many_going(s: Standing) -> OnHold | None:
    """What is under way may use up what the network thinks is left."""
    if s.most is None or s.counted < s.most or not s.going:
        return None
    return OnHold(
        Refusal.CAP,
        f"{s.counted} posts in 24 hours, where {s.most} are usual, and {s.going} of them are "
        "still under way",
        SOON,
    )


def _too_many_drafts(s: Standing) -> OnHold | None:
    if s.most is None or s.counted < s.most or s.free_at is None:
        return None
    # A place is free sooner if the person finishes one; looking for that costs no call.
    return OnHold(
        Refusal.DRAFTS,
        f"{s.counted} drafts count, of {s.most} in 24 hours; finish those that wait in the app, or "
        f"the oldest ends to count at {_told(s.free_at)}",
        min(max(s.free_at - s.now, timedelta(seconds=1)), LOOK_EVERY),
    )


def _in_line(s: Standing) -> OnHold | None:
    if not s.ahead:
        return None
    wait = SOON if s.ahead_at is None else max(SOON, s.ahead_at - s.now + timedelta(seconds=1))
    return OnHold(REASONS[s.mode], f"{s.ahead} that were to go out earlier wait, too", wait)


def _told(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


# -- an app that was not audited ---------------------------------------------------------------

_ACTIVE = text("""
    SELECT COALESCE(bool_or(last_at > :surely) FILTER (WHERE id = :connection_id), false),
           count(*) FILTER (WHERE id <> :connection_id),
           min(last_at) FILTER (WHERE id <> :connection_id)
    FROM (
        SELECT connections.id, last.at AS last_at FROM connections
        CROSS JOIN LATERAL (
            SELECT max(announced_at) AS at FROM attempts
            WHERE attempts.connection_id = connections.id AND attempts.mode = :direct
              AND announced_at > :since
        ) AS last
        WHERE connections.platform_app_id = :app_id AND last.at IS NOT NULL
    ) AS active
""")


async def held_for_users(
    session: AsyncSession, work: Work, now: datetime, *, announcing: bool
) -> OnHold | None:
    """What holds a direct post of an app that may not post for many creators.

    Who is about to announce locks the app, so that two do not take the last place.
    """
    most = work.network.caps().unaudited_creators
    if most is None or work.mode is not Mode.DIRECT:
        return None
    if announcing:  # a webhook's row may hold its app, and wait for the lanes that are held here
        lock = {"key_share": True}
        await session.get_one(PlatformApp, work.app.id, with_for_update=lock)
    values = {
        "connection_id": work.connection_id,
        "app_id": work.app.id,
        "direct": Mode.DIRECT.value,
        "since": now - COUNTS_FOR,
        "surely": now - DAY + RUNS_OUT,
    }
    is_one, active, first_at = (await session.execute(_ACTIVE, values)).one()
    if is_one or active < most:
        return None
    return OnHold(
        Refusal.USERS,
        f"{active} accounts have posted in 24 hours with an app that was not audited, of {most}; "
        f"the first place is free at {_told(first_at + COUNTS_FOR)}",
        max(first_at + COUNTS_FOR - now, timedelta(seconds=1)),
    )


# -- learning ----------------------------------------------------------------------------------

_CAPPED = text("""
    UPDATE connections SET cap_at = app_now(), cap_posts = (
        SELECT count(*) FROM attempts
        WHERE attempts.connection_id = :connection_id AND mode = :direct
          AND announced_at > app_now() - interval '24 hours'
    )
    WHERE id = :connection_id
""")

# Whoever may post although there are as many as ever before has a higher cap than was thought.
_ALLOWED = text("""
    UPDATE connections SET cap_at = NULL, cap_posts = GREATEST(cap_posts, (
        SELECT count(*) + 1 FROM attempts
        WHERE attempts.connection_id = :connection_id AND mode = :direct
          AND announced_at > app_now() - interval '24 hours'
    ))
    FROM (SELECT cap_at FROM connections WHERE id = :connection_id) AS before
    WHERE id = :connection_id AND cap_posts IS NOT NULL
    RETURNING before.cap_at IS NOT NULL
""")

# In the order in which they were to go out, and before what comes due from now on.
_BRING_ON = text("""
    UPDATE publications SET due_at = LEAST(publish_at, app_now()), version = version + 1
    WHERE connection_id = :connection_id AND lane = 'start' AND hold_reason = :reason
      AND hold_reason <> '' AND due_at > app_now() AND id <> :publication_id
    RETURNING id
""")


async def note(session: AsyncSession, work: Work, answer: CreatorReady | Refused) -> None:
    """Learn from the answer to a creator check or an init, in the caller's transaction.

    In the usual case, when no cap was ever met, nothing is asked of the database.
    """
    if work.mode is not Mode.DIRECT or work.network.caps().posts is None:
        return
    values = {"connection_id": work.connection_id, "direct": Mode.DIRECT.value}
    match answer:
        case CreatorReady():
            if work.met_cap:
                await lanes.lock(session, [work.connection_id])
                if await session.scalar(_ALLOWED, values):
                    await bring_on(session, work, Refusal.CAP)
        case Refused(refusal=Refusal.CAP):
            await session.execute(_CAPPED, values)
        case Refused(code=code):
            if code and code == work.network.caps().unaudited_code:
                await _learn_audited(session, work, audited=False)


async def bring_on(session: AsyncSession, work: Work, reason: Refusal) -> None:
    """Make due what else is held for `reason` in this account; its lanes are locked already."""
    values = {
        "connection_id": work.connection_id,
        "publication_id": work.publication_id,
        "reason": reason.value,
    }
    if (await session.execute(_BRING_ON, values)).first() is not None:
        await lanes.wake(session, work.workspace_id, work.connection_id, "start")


async def note_public(session: AsyncSession, work: Work) -> None:
    """A post of this app is seen by everyone: it was audited."""
    if not work.app.audited_learned:
        await _learn_audited(session, work, audited=True)


async def _learn_audited(session: AsyncSession, work: Work, *, audited: bool) -> None:
    await session.execute(
        update(PlatformApp).where(PlatformApp.id == work.app.id).values(audited_learned=audited)
    )
