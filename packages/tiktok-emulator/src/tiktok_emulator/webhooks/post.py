"""One POST to a receiver, as TikTok makes it."""

import asyncio
import ssl
from dataclasses import dataclass

import httpx2

from tiktok_emulator.webhooks.envelope import SIGNATURE_HEADER


@dataclass(frozen=True, slots=True)
class Answer:
    """The receiver's HTTP status, or why there is none."""

    status: int | None
    problem: str | None


async def post(url: str, body: bytes, signature: str, *, timeout_s: float) -> Answer:
    """Send a signed body and look at the status alone; a redirect is not followed.

    Only 200 counts: 201 and 204 are failures like any other.

    spec: webhook.delivery, webhook.delivery.only-200
    Source: webhooks overview page, 2026; how long TikTok waits is assumed.
    """
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx2.AsyncClient(
                verify=await _trust(url), trust_env=False, timeout=timeout_s
            ) as http,
            http.stream("POST", url, content=body, headers=headers) as answer,
        ):
            status = answer.status_code
    except (TimeoutError, httpx2.TimeoutException):
        return Answer(None, f"no answer within {timeout_s:g} s; answer first, work afterwards")
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        return Answer(None, f"no answer: {str(error) or type(error).__name__}")
    if status != 200:
        return Answer(status, f"answered {status}; only 200 counts")
    return Answer(200, None)


async def _trust(url: str) -> ssl.SSLContext | bool:
    """What TLS trusts. Reading the machine's certificates takes a while: not in the loop."""
    if url.startswith("https:"):
        return await asyncio.to_thread(ssl.create_default_context)
    return False
