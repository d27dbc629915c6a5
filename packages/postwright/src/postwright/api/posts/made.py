"""Makes a post of a wish: looked at first, then stored with all its publications, or not at all."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.parts import Parts
from postwright.api.posts.checked import Checked, Examined, examine, fetched, pieces, refuse_unfit
from postwright.api.posts.wish import Wish
from postwright.platforms.content import Source
from postwright.publishing.listing import Part, Whole
from postwright.publishing.order import Order, Target
from postwright.publishing.placing import Stored
from postwright.publishing.schedule import InThePast, Scheduled, schedule
from postwright.publishing.states import IfMissed


async def ready(parts: Parts, caller: Caller, wish: Wish) -> Examined:
    """A wish that can be stored; only a draft may be unfinished.

    Raises:
        InvalidRequest: it goes to no account.
        PostUnfit: a rule keeps it from going out.
        And what `examine` raises.
    """
    if not wish.is_draft and not wish.targets:
        raise InvalidRequest(
            "The post goes to no account.", fix="Name one, or make it a draft.", param="platforms"
        )
    examined = await examine(parts, caller, wish)
    if not wish.is_draft:
        refuse_unfit(examined)
    return examined


async def place(
    session: AsyncSession,
    parts: Parts,
    caller: Caller,
    examined: Examined,
    *,
    source: str,
    key: str | None = None,
    if_missed: IfMissed | None = None,
) -> tuple[Scheduled, Examined]:
    """Store a post that was found good; `key` is the caller's own name for it.

    Raises:
        InThePast, KeyReused, Unusable, NoSuchMedia, MediaNotThere, Repeated: see `schedule`.
    """
    here = await fetched(session, parts, caller, examined)
    order = order_of(here, source=source, created_by=caller.actor)
    order = replace(order, key=key, if_missed=if_missed)
    try:
        made = await schedule(
            session,
            caller.workspace_id,
            targets_of(here.targets),
            order,
            actor=caller.actor,
            now=here.now,
        )
    except InThePast as error:
        error.param = "scheduledFor"
        raise
    return made, here


def whole_of(stored: Stored, examined: Examined) -> Whole:
    """A post that was just stored, with all that belongs to it: nobody has to look it up."""
    parts = [
        Part(
            stored.publications[each.connection.id],
            each.connection,
            each.app,
            tuple(stored.files[each.connection.id]),
            attempts=0,
        )
        for each in examined.targets
    ]
    return Whole(stored.post, tuple(stored.media), tuple(parts))


def order_of(examined: Examined, *, source: str, created_by: str) -> Order:
    """What holds for all accounts."""
    wish = examined.wish
    return Order(
        media=pieces(examined.media),
        caption=wish.content,
        publish_at=wish.at,
        timezone=wish.timezone,
        is_draft=wish.is_draft,
        refuses_repeats=not wish.allows_repeat,
        kind_said=examined.kind,
        about=wish.about(source=source, created_by=created_by),
    )


def targets_of(targets: Sequence[Checked]) -> list[Target]:
    """The accounts, each with all that goes there."""
    return [
        Target(
            each.connection,
            media=pieces(each.media),
            caption=each.choice.caption,
            settings=each.choice.settings,
            mode=each.choice.mode,
            publish_at=each.wished.at,
            source=Source(each.app.source),
            kind_said=each.kind,
        )
        for each in targets
    ]
