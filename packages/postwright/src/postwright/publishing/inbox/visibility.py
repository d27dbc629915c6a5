"""Takes over what webhooks say of who can see a post. It is not asked for: nothing tells it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.platforms.content import Kind
from postwright.platforms.events import Webhooks, WentPrivate, WentPublic
from postwright.publishing.inbox import queries
from postwright.publishing.inbox.contradiction import contradicted
from postwright.publishing.inbox.models import Outcome
from postwright.publishing.inbox.nudge import held, nudge
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.states import State, Visibility


async def show(
    session: AsyncSession,
    app: PlatformApp,
    attempt: AttemptRow,
    news: WentPublic | WentPrivate,
    *,
    happened_at: datetime,
    webhooks: Webhooks,
) -> Outcome:
    """Store what a post's publication shows after `news`, unless something newer is known.

    Its id and link are kept in any case. A draft may have given several posts: as long as one of
    them can be seen the publication is public.
    """
    publication = await held(session, attempt)
    if isinstance(news, WentPublic) and await contradicted(session, publication, attempt):
        return Outcome.CONTRADICTS
    await _learn(session, app, publication, news.post_id, webhooks)
    seen = await queries.last_seen(session, app.workspace_id, app.id, publication.post_ids)
    last = seen.get(news.post_id)
    if last is not None and last[0] > happened_at:
        return Outcome.OVERTAKEN
    outcome = Outcome.PUBLIC if isinstance(news, WentPublic) else Outcome.WITHDRAWN
    seen[news.post_id] = (happened_at, outcome)
    hidden = {post_id for post_id, (_, how) in seen.items() if how is Outcome.WITHDRAWN}
    publication.visibility = (
        Visibility.WITHDRAWN if hidden.issuperset(publication.post_ids) else Visibility.PUBLIC
    )
    is_finished = isinstance(news, WentPublic) and publication.state is State.DELIVERED
    if attempt.live or is_finished:
        await nudge(session, publication, attempt)  # it is further than was known
    return outcome


async def _learn(
    session: AsyncSession,
    app: PlatformApp,
    publication: Publication,
    post_id: str,
    webhooks: Webhooks,
) -> None:
    if post_id in publication.post_ids:
        return
    publication.post_ids = [*publication.post_ids, post_id]
    publication.version += 1
    if not publication.post_url:
        connection = await session.get_one(Connection, publication.connection_id)
        publication.post_url = webhooks.post_url(
            app.base_url, connection.handle, post_id, Kind(publication.kind.value)
        )
