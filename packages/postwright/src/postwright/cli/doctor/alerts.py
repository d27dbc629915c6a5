"""Alerts: whether they get where they are sent."""

from collections.abc import Sequence

from postwright.alerts import queries
from postwright.cli.doctor.verdict import Scene, Verdict, amber, green


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look at what became of the last day's; none is sent."""
    if not scene.settings.alerts.url.get_secret_value():
        says = "What goes wrong is told in the log only; POSTWRIGHT_ALERTS__URL sends it on."
        return [green("alerts", says)]
    if scene.database is None:
        return []
    async with scene.database.transaction() as session:
        unsent = await queries.unsent(session, scene.workspace_id)
    if not unsent:
        return [green("alerts", "What goes wrong is sent on; nothing of the last day is stuck.")]
    many = "One alert" if len(unsent) == 1 else f"{len(unsent)} alerts"
    says = f"{many} of the last day could not be sent. {unsent[0].detail}"
    return [amber("alerts", says, "See what answers at POSTWRIGHT_ALERTS__URL.")]
