"""Tell a listener about each call, whatever becomes of it."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ._operations.wire import Response, Target
from .codes import CODES, OAUTH_CODES
from .errors import APIError, OAuthError
from .models.calls import CallRecord, Unknown

__all__ = ["CallWatch", "OnCall", "Unknowns"]

OnCall = Callable[[CallRecord], None]
MOST_NAMES = 1_000
LONGEST_NAME = 100
logger = logging.getLogger("tiktok_client")


class Unknowns:
    """Counts what answers had that nobody knows; of any number of threads."""

    def __init__(self) -> None:
        self._counts: Counter[Unknown] = Counter()
        self._lock = threading.Lock()

    def add(self, found: tuple[Unknown, ...]) -> None:
        """Count these. After a thousand different ones, others are no longer counted."""
        with self._lock:
            for one in found:
                if one in self._counts or len(self._counts) < MOST_NAMES:
                    self._counts[one] += 1

    def counts(self) -> Counter[Unknown]:
        """How often each was met so far."""
        with self._lock:
            return self._counts.copy()


class CallWatch:
    """One call being made. `tell` at its end, once."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.started_at = datetime.now(UTC)
        self.started = time.monotonic()
        self.answer: Response | None = None
        self.log_id: str | None = None

    def tell(self, on_call: OnCall | None, error: BaseException | None, unknowns: Unknowns) -> None:
        """Give the listener its record. A listener that fails is logged: the call itself stands."""
        unknown = self._unknown(error)
        if unknown:
            unknowns.add(unknown)
        if on_call is None:
            return
        record = self._record(error, unknown)
        try:
            on_call(record)
        except Exception:
            # Losing an answer that TikTok has acted on would be worse than a missing record.
            logger.exception("on_call failed for %s", record.operation)

    def _unknown(self, error: BaseException | None) -> tuple[Unknown, ...]:
        """Codes in no table, and fields that nobody asked for: where reading got to the end."""
        if self.answer is None or not (error is None or isinstance(error, APIError)):
            return ()
        operation = self.target.operation
        fields = [
            Unknown(operation, "field", name[:LONGEST_NAME])
            for name in self.answer.unknown_fields()
        ]
        known = OAUTH_CODES if isinstance(error, OAuthError) else CODES
        if error is None or not error.code or error.code in known:
            return tuple(fields)
        logger.warning("%s: unknown code %.100r, log_id %s", operation, error.code, error.log_id)
        return (Unknown(operation, "code", error.code[:LONGEST_NAME]), *fields)

    def _record(self, error: BaseException | None, unknown: tuple[Unknown, ...]) -> CallRecord:
        parts = urlsplit(self.target.url)
        refusal = error if isinstance(error, APIError) else None
        return CallRecord(
            operation=self.target.operation,
            method=self.target.method,
            url_without_query=f"{parts.scheme}://{parts.netloc}{parts.path}",
            status=self.answer.status if self.answer else None,
            code=refusal.code if refusal else ("ok" if error is None else None),
            log_id=(refusal.log_id if refusal else self.log_id)
            or (self.answer.log_id if self.answer else None),
            elapsed_ms=round((time.monotonic() - self.started) * 1000),
            started_at=self.started_at,
            error=type(error).__name__ if error else None,
            unknown=unknown,
        )
