"""What the transport tells about each request it made."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["CallRecord"]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request to TikTok: who asked what, what came back, how long it took. Holds no secret.

    `status` is None when no answer arrived. `code` is `ok`, TikTok's error code, or None when
    there was none to read. `error` names the exception that was raised, None on success.
    """

    operation: str
    method: str
    url_without_query: str
    status: int | None
    code: str | None
    log_id: str | None
    elapsed_ms: int
    started_at: datetime
    error: str | None
