"""Tell a listener about each call, whatever becomes of it."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ._operations.wire import Response, Target
from .errors import APIError
from .models.calls import CallRecord

__all__ = ["CallWatch", "OnCall"]

OnCall = Callable[[CallRecord], None]
logger = logging.getLogger("tiktok_client")


class CallWatch:
    """One call being made. `tell` at its end, once."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.started_at = datetime.now(UTC)
        self.started = time.monotonic()
        self.answer: Response | None = None
        self.log_id: str | None = None

    def tell(self, on_call: OnCall | None, error: BaseException | None) -> None:
        """Give the listener its record. A listener that fails is logged: the call itself stands."""
        if on_call is None:
            return
        record = self._record(error)
        try:
            on_call(record)
        except Exception:
            # Losing an answer that TikTok has acted on would be worse than a missing record.
            logger.exception("on_call failed for %s", record.operation)

    def _record(self, error: BaseException | None) -> CallRecord:
        parts = urlsplit(self.target.url)
        refusal = error if isinstance(error, APIError) else None
        return CallRecord(
            operation=self.target.operation,
            method=self.target.method,
            url_without_query=f"{parts.scheme}://{parts.netloc}{parts.path}",
            status=self.answer.status if self.answer else None,
            code=refusal.code if refusal else ("ok" if error is None else None),
            log_id=refusal.log_id if refusal else self.log_id,
            elapsed_ms=round((time.monotonic() - self.started) * 1000),
            started_at=self.started_at,
            error=type(error).__name__ if error else None,
        )
