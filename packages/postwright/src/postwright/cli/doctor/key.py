"""The master key: that it is there, ours alone, and opens what was sealed."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.connections.models import PlatformApp
from postwright.connections.networks import secret_context
from postwright.kit.keys import MasterKeys
from postwright.kit.vault import Vault


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look at its file, and try it on a sealed secret."""
    settings = scene.settings
    file = settings.key_file
    if settings.key is None:
        if not file.exists():
            do = "The next command that needs it makes it; keep a copy away from the data folder."
            return [amber("master key", f"There is no key yet in {file}.", do)]
        if wrong := _rights(file):
            return [red("master key", wrong, f"chmod 600 {file}; chown it to the user that runs.")]
    given = None if settings.key is None else settings.key.get_secret_value()
    keys = MasterKeys.load(given, file)
    tried = await _open_one(scene, Vault(keys))
    if len(keys.all) > 1:
        says = "A change of the key has begun and not ended: an old key still opens what is stored."
        return [amber("master key", says, "End it: postwright keys rotate")]
    where = "from POSTWRIGHT_KEY" if settings.key is not None else f"in {file}, for this user only"
    return [green("master key", f"It is {where}{tried}.")]


def _rights(file: Path) -> str:
    status = file.stat()
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"Others may read {file} (mode {stat.S_IMODE(status.st_mode):o})."
    if status.st_uid not in {os.geteuid(), 0}:
        return f"{file} belongs to another user."
    return ""


async def _open_one(scene: Scene, vault: Vault) -> str:
    """Open the newest app's secret, if there is one.

    Raises:
        Misconfigured: it does not open.
    """
    if scene.database is None:
        return ""
    async with scene.database.transaction() as session:
        app = await session.scalar(
            select(PlatformApp)
            .where(PlatformApp.workspace_id == scene.workspace_id)
            .order_by(PlatformApp.created_at.desc())
            .limit(1)
        )
    if app is None:
        return ""
    vault.open(app.client_secret, secret_context(app.id))
    return ", and opens what is stored"
