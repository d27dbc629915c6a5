import json
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, settings

from tiktok_client._operations.wire import Response

# How long one example takes is the machine's affair: a busy one must not fail a test.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

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
