"""Signs what is sent, as Standard Webhooks has it: any library for it can verify this."""

import base64
import hmac


def signed_headers(key: bytes, message_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The three headers of one delivery.

    Args:
        key: the bytes of the receiver's `whsec_…` secret.
        message_id: the same for each try of one message.
        at_s: now, in seconds since 1970.
        body: as it is sent.
    """
    content = f"{message_id}.{at_s}.".encode() + body
    digest = base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{digest}",
    }
