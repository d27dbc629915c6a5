"""What the transport tells about each request it made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["CallRecord", "Unknown"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something of TikTok's that this version does not know: a code, or a field by its path.

    `name` is the code itself, or the path as in `data.new_field`; at most 100 characters.
    """

    operation: str
    kind: Literal["code", "field"]
    name: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request to TikTok: who asked what, what came back, how long it took. Holds no secret.

    `status` is None when no answer arrived. `code` is `ok`, TikTok's error code, or None when
    there was none to read. `error` names the exception that was raised, None on success.
    `unknown` is what the answer had that this version does not know.
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
    unknown: tuple[Unknown, ...] = ()
