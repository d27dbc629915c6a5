import json
from collections.abc import Callable, Mapping

import pytest

from tiktok_client._operations.wire import Response

Answer = Callable[..., Response]


@pytest.fixture
def answer() -> Answer:
    """Make an answer: `answer({...})`, `answer({...}, 401)`, `answer(b"<html>", 502)`."""

    def make(
        body: object = b"",
        status: int = 200,
        *,
        operation: str = "status",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Response(operation, status, dict(headers or {}), raw)

    return make
