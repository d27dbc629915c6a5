"""Which body each control endpoint takes, noted beside it, for the published description."""

from collections.abc import Awaitable, Callable

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]

BODIES: dict[Endpoint, type[BaseModel]] = {}
QUERIES: dict[Endpoint, tuple[str, ...]] = {}


def takes(model: type[BaseModel]) -> Callable[[Endpoint], Endpoint]:
    """Note that an endpoint takes a JSON body of this shape."""

    def noted(endpoint: Endpoint) -> Endpoint:
        BODIES[endpoint] = model
        return endpoint

    return noted


def asks(*names: str) -> Callable[[Endpoint], Endpoint]:
    """Note the names of an endpoint's query parameters; all of them are optional."""

    def noted(endpoint: Endpoint) -> Endpoint:
        QUERIES[endpoint] = names
        return endpoint

    return noted
