"""Whether the host can do its work, and the proof that it is this one."""

import asyncio
import re

from sqlalchemy import text
from starlette.responses import JSONResponse, Response

from postwright.db.database import Database
from postwright.errors import StorageTrouble
from postwright.media.host.answers import GUARD, missing
from postwright.media.host.signing import Signer

PATH = "/healthz"

_NONCE = re.compile(r"[0-9a-f]{32}")
_PATIENCE_S = 2.0


async def ready(database: Database) -> Response:
    """200 if the database answers, else 503. What is wrong with it is nobody's business here."""
    is_ready = True
    try:
        async with asyncio.timeout(_PATIENCE_S), database.transaction() as session:
            await session.execute(text("SELECT 1"))
    except (StorageTrouble, TimeoutError):
        is_ready = False
    return JSONResponse({"ready": is_ready}, 200 if is_ready else 503, GUARD)


def proven(signer: Signer, nonce: str) -> Response:
    """Answer a nonce as only a holder of the master key can: `doctor` knows its own host by it."""
    if _NONCE.fullmatch(nonce) is None:
        return missing()
    return JSONResponse({"proof": signer.proof(nonce)}, 200, GUARD)
