"""The workers: that there are some, which version they are, and that nothing lies about."""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

from sqlalchemy import text

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.jobs.workers import workers_alive
from postwright.worker import PROGRAM

_RUNNING = text("""
    SELECT DISTINCT application_name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE :pattern
""")

_LATE = text("""
    SELECT count(*) FROM lanes
    WHERE next_at < app_now() - interval '2 minutes'
      AND (lease_until IS NULL OR lease_until < app_now())
""")


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look for them in the database, where all of them meet."""
    if scene.database is None:
        return []
    async with scene.database.transaction() as session:
        running = (await session.scalars(_RUNNING, {"pattern": f"postwright-% {PROGRAM} %"})).all()
        beating = await workers_alive(session)
        late = (await session.execute(_LATE)).scalar_one()
    waits = f" {late:,} pieces of work are overdue." if late else ""
    if not running and not beating:
        do = "Start one: postwright up, or postwright worker"
        return [red("workers", f"No worker is running: nothing is sent.{waits}", do)]
    versions = Counter(name.rpartition(" ")[2] for name in running)
    told = ", ".join(f"{count} of version {number}" for number, count in sorted(versions.items()))
    says = f"Running: {told or 'some, of unknown version'}."
    if running and not beating:
        do = "See what they log; if they hang, stop them and start them again: nothing is lost."
        return [red("workers", f"{says} None of them shows signs of life.{waits}", do)]
    ours = version("postwright")
    if late:
        do = "See what they log, and whether they are enough: postwright worker starts another."
        return [amber("workers", says + waits, do)]
    if set(versions) - {ours}:
        do = f"Restart those that are not of version {ours}, which this command is."
        return [amber("workers", says, do)]
    return [green("workers", says)]
