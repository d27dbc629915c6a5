"""The control plane as an OpenAPI document, made from the endpoints themselves."""

import inspect
import re
from collections.abc import Sequence

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tiktok_emulator.control.describe import BODIES, QUERIES, Endpoint

REF = "#/components/schemas/{model}"
ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "What is wrong, and where."}},
    "required": ["error"],
}


def control_document(endpoints: Sequence[tuple[str, str, Endpoint]]) -> dict[str, object]:
    """What can be asked of the control plane: OpenAPI 3.1."""
    models = sorted(set(BODIES.values()), key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    paths: dict[str, dict[str, object]] = {}
    for method, path, endpoint in endpoints:
        plain = re.sub(r":\w+}", "}", path)
        paths.setdefault(plain, {})[method.lower()] = _operation(method, path, endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tiktok-emulator: control plane",
            "version": "1",
            "description": "Commands an emulated TikTok. TikTok itself has nothing like it.",
        },
        "paths": paths,
        "components": {"schemas": {**schemas.get("$defs", {}), "Error": ERROR}},
    }


def _operation(method: str, path: str, endpoint: Endpoint) -> dict[str, object]:
    says = inspect.getdoc(endpoint) or ""
    summary, _, description = says.partition("\n")
    operation: dict[str, object] = {
        "operationId": f"{method.lower()}_{re.sub(r'[^a-z]+', '_', path.lower()).strip('_')}",
        "summary": summary,
        "description": description.strip(),
        "parameters": [
            *(_path_part(found[1], found[2]) for found in re.finditer(r"{(\w+)(:int)?}", path)),
            *(_query_part(name) for name in QUERIES.get(endpoint, ())),
        ],
        "responses": {
            "200": {"description": "Done.", "content": _json({"type": "object"})},
            "400": {"description": "It makes no sense.", "content": _json(_ref("Error"))},
            "404": {"description": "There is no such thing.", "content": _json(_ref("Error"))},
        },
    }
    body = BODIES.get(endpoint)
    if body is not None:
        operation["requestBody"] = {"content": _json(_ref(_name(body)))}
    return operation


def _path_part(name: str, convertor: str | None) -> dict[str, object]:
    schema = {"type": "integer", "minimum": 0} if convertor else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_part(name: str) -> dict[str, object]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}


def _json(schema: dict[str, object]) -> dict[str, object]:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> dict[str, object]:
    return {"$ref": REF.format(model=name)}


def _name(model: type[BaseModel]) -> str:
    return model.__name__
