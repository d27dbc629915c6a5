"""An init of which nobody recorded what came of it: the ledger has a row of it all the same.

What a call brought waits in its worker's memory for the transaction that records what is decided
on it. If the worker is killed before that, nobody knows of the call any more. But the intent to
make it is durable, so whoever finds the intent, and nothing after it, writes down that much.
"""

from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import ledger
from postwright.connections.ledger import OnBehalf
from postwright.platforms.base import Asking, CallFacts

CODE = "unrecorded"
_SAYS = "it was to be announced, and was perhaps; whoever did it has recorded no answer"


async def note(
    session: AsyncSession, who: OnBehalf, attempt_id: str, announced_at: datetime
) -> None:
    """Tell the ledger that an attempt was announced at this time, or was about to be.

    However often it is found so, there is one row. The worker may live still: then the call gets
    its own row as well, as soon as it is answered.
    """
    key = uuid5(NAMESPACE_OID, f"{attempt_id} {announced_at.isoformat()}")
    unknown = CallFacts(key, Asking.OPEN.value, announced_at, 0, None, CODE, "", _SAYS)
    await ledger.write(session, who, [unknown])
