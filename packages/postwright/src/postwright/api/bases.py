"""Where the API is, as who asks reaches it: addresses that it gives lead back the same way."""

import re
from urllib.parse import urlsplit

from fastapi import Request

_HOST = re.compile(r"[A-Za-z0-9._\[\]:-]{1,255}")


def base_of(request: Request, public_url: str) -> str:
    """What the addresses of a request's answer begin with, without a slash at its end.

    Args:
        request: its `Host`, and the path before `/v1/`, say how it came.
        public_url: the address of the settings; whoever came by its host gets it as it is there,
            also if a proxy has cut off its path.
    """
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host) or host == urlsplit(public_url).netloc:
        return public_url or str(request.base_url).rstrip("/")
    raw: bytes = request.scope.get("raw_path", b"")
    before, found, _ = raw.decode("latin-1").partition("/v1/")
    return f"{request.scope['scheme']}://{host}{before if found else ''}"
