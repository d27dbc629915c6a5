"""The operations of the API, as its own description tells them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from postwright.api.app import described
from postwright.workspaces.models import Scope


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    return described().openapi()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        """Its operationId."""
        return str(self.told["operationId"])

    @property
    def scope(self) -> Scope | None:
        """What a key needs for it; None if no key is needed."""
        security: list[dict[str, list[str]]] = self.told.get("security", [])
        return Scope(next(iter(security[0].values()))[0]) if security else None

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def example(self) -> Any:
        """A JSON body that it takes; None if it takes none."""
        body = self.told.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            return None
        shape = resolved(body["schema"])
        assert shape.get("examples"), f"{self.name}: the body {shape.get('title')} has no example"
        return shape["examples"][0]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, also if it is given by its name."""
    if "$ref" not in schema:
        return schema
    return description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def operations() -> Iterator[Operation]:
    """All operations."""
    for path, methods in description()["paths"].items():
        for method, told in methods.items():
            yield Operation(method.upper(), path, told)
