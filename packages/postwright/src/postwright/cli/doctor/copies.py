"""The installation: whether this is the copy of the data that goes on."""

from collections.abc import Sequence

from postwright.cli.doctor.verdict import Scene, Verdict, green, red
from postwright.db.guard import place_of
from postwright.publishing.copies import look


async def check(scene: Scene) -> Sequence[Verdict]:
    """Compare it with what it was when it was last confirmed."""
    if scene.database is None:
        return []
    found = await look(scene.database, place_of(scene.settings))
    name = f"{found.installation_id}, epoch {found.epoch}"
    if found.doubt:
        says = f"This may be a copy. {found.doubt} Nothing is posted and no token is refreshed."
        do = "Stop every other copy for good, then: postwright installation confirm"
        return [red("installation", says, do)]
    return [green("installation", f"It is {name}, and the one that goes on.")]
