"""Where TikTok is, and the connections to it that all accounts share."""

from postwright.kit.ids import new_key
from postwright.kit.text import storable
from postwright.platforms.base import CallFacts, listener
from tiktok_client import AsyncTransport, CallRecord, Endpoints


def transport(*, proxy: str = "") -> AsyncTransport:
    """A connection pool whose requests are told to whoever listens (see `base.listener`).

    A range on a slow line takes minutes, and after its last byte the kernel may still be sending
    for a while: what ends a call early is not these limits but the loss of its lane.
    """
    return AsyncTransport(
        proxy=proxy or None, stall_timeout_s=120.0, upload_timeout_s=1200.0, on_call=_tell
    )


def endpoints(base_url: str) -> Endpoints:
    """TikTok's own hosts, or everything on one base when one is given."""
    return Endpoints.at(base_url) if base_url else Endpoints()


def api_origin(base_url: str) -> str:
    """Where the API is: at TikTok, or at what stands in for it."""
    return endpoints(base_url).api


def _tell(record: CallRecord) -> None:
    told = listener.get()
    if told is None:
        return
    told(
        CallFacts(
            key=new_key(),
            operation=record.operation,
            started_at=record.started_at,
            elapsed_ms=record.elapsed_ms,
            http_status=record.status,
            code=storable(record.code or ""),
            log_id=storable(record.log_id or ""),
            detail=record.error or "",
        )
    )
