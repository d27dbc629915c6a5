"""The clocks: the database's is the one that counts; this machine's and TikTok's are compared."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy import text

from postwright.cli.doctor.egress import line_of, origin_of
from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.kit.fetch import Fetched, FetchFailed, fetch

_NOTABLE = timedelta(seconds=5)
_WRONG = timedelta(seconds=60)
_DO = "Set the clocks by the network (NTP), on this machine and on the database's."


async def check(scene: Scene) -> Sequence[Verdict]:
    """Compare the clocks."""
    apart = dict[str, timedelta]()
    if scene.database is not None:
        async with scene.database.transaction() as session:
            before = datetime.now(UTC)
            theirs: datetime = (await session.execute(text("SELECT app_now()"))).scalar_one()
            apart["the database's"] = theirs - before
    date = await _tiktoks_date(scene)
    if date is not None:
        # Its Date has whole seconds.
        apart["TikTok's"] = date + timedelta(seconds=0.5) - datetime.now(UTC)
    if not apart:
        return []
    worst = max(abs(difference) for difference in apart.values())
    told = " and ".join(_told(name, difference) for name, difference in apart.items())
    says = f"Against this machine's clock, {told}."
    if worst < _NOTABLE:
        return [green("clock", says)]
    if worst < _WRONG:
        return [amber("clock", says, _DO)]
    return [red("clock", f"{says} Posts go out at the wrong time, and tokens seem to end.", _DO)]


def _told(name: str, difference: timedelta) -> str:
    seconds = difference.total_seconds()
    if abs(seconds) < 1:
        return f"{name} is right"
    return f"{name} is {abs(seconds):,.0f} s {'ahead' if seconds > 0 else 'behind'}"


async def _tiktoks_date(scene: Scene) -> datetime | None:
    try:
        answer: Fetched = await fetch(f"{origin_of(scene)}/", line_of(scene))
        return parsedate_to_datetime(answer.headers["date"])
    except (FetchFailed, KeyError, ValueError):
        return None  # told about by the look at the way to TikTok
