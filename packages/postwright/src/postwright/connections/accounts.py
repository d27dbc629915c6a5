"""What is needed to act for accounts, built once per process."""

from postwright.config import Settings
from postwright.connections.networks import Networks
from postwright.connections.refresh import TokenKeeper
from postwright.db.database import Database
from postwright.kit.keys import MasterKeys
from postwright.kit.vault import Vault


class Accounts:
    """The database, the vault, the networks and the keeper of tokens.

    Raises:
        Misconfigured: the master key cannot be read.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        given = None if settings.key is None else settings.key.get_secret_value()
        self.database = database
        self.vault = Vault(MasterKeys.load(given, settings.key_file))
        self.networks = Networks(database, self.vault, settings)
        self.keeper = TokenKeeper(database, self.vault)

    async def close(self) -> None:
        """Close the connections to networks; the database is the caller's."""
        await self.networks.close()
