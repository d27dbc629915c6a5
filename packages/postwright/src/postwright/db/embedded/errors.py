"""What goes wrong with a database server of one's own, and what to do then."""

from typing import ClassVar

from postwright.errors import Advice, StorageTrouble


class EmbeddedDatabaseError(StorageTrouble):
    """The embedded PostgreSQL cannot be made, started, stopped or reached.

    `log` holds the last lines of what PostgreSQL itself wrote, oldest first; empty if it wrote
    none. They are part of `why` as well.
    """

    code: ClassVar[str] = "embedded_database"
    advice: ClassVar[Advice] = Advice.FIX

    def __init__(self, what: str, *, why: str = "", fix: str = "", log: str = "") -> None:
        super().__init__(what, why="\n".join(part for part in (why, log) if part), fix=fix)
        self.log = log
