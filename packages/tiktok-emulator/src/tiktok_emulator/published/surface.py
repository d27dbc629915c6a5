"""The emulated part of TikTok as an OpenAPI document, made from the list of operations."""

from collections.abc import Mapping
from typing import assert_never

from tiktok_emulator.operations import ENDPOINTS, Endpoint, Operation, Shape
from tiktok_emulator.published.bodies import (
    BODIES,
    COUNT,
    FORMS,
    QUERIES,
    TEXT,
    Schema,
    one_of,
    record,
)

ERROR = record("code", "message", "log_id", code=TEXT, message=TEXT, log_id=TEXT)
ENVELOPES: dict[str, Schema] = {
    "Done": record("data", "error", data={"type": "object"}, error=ERROR),
    "Refused": record("error", error=ERROR),
    "DisplayRefused": record("data", "error", data={"type": "object"}, error=ERROR),
    "Flat": record("error", "error_description", "log_id", error=TEXT, error_description=TEXT)
    | {"description": "Login Kit's errors; the HTTP status is 200 unless a setting says 400."},
    "Nothing": {"type": "object", "maxProperties": 0},
    "Tokens": record(
        "access_token",
        "expires_in",
        "token_type",
        access_token=TEXT,
        expires_in=COUNT,
        token_type=one_of("Bearer"),
        open_id=TEXT,
        scope=TEXT,
        refresh_token=TEXT,
        refresh_expires_in=COUNT,
    ),
}
HTML: Schema = {"text/html": {}}
UPLOAD_STATUSES = {
    "201": "The last byte is in; posting starts.",
    "206": "The chunk is stored; more are expected.",
    "400": "Headers are missing or do not fit.",
    "403": "The address has expired.",
    "404": "There is no such upload.",
    "416": "Not the chunk that comes next.",
}


def surface_document() -> dict[str, object]:
    """What clients of TikTok can ask: OpenAPI 3.1. Faults may answer any status besides."""
    paths: dict[str, dict[str, object]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "TikTok, as far as tiktok-emulator has it",
            "version": "2",
            "description": "Made from the emulator's list of operations; not a document of TikTok.",
        },
        "paths": paths,
        "components": {
            "schemas": ENVELOPES,
            "securitySchemes": {"user": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, object]:
    operation = endpoint.operation
    parameters: list[Schema] = [
        {"name": name, "in": "query", "required": is_required, "schema": TEXT}
        for name, is_required in QUERIES.get(operation, {}).items()
    ]
    if operation is Operation.UPLOAD:
        parameters.append(_content_range())
    described: dict[str, object] = {
        "operationId": operation.value,
        "summary": endpoint.summary,
        "parameters": parameters,
        "responses": _responses(endpoint),
    }
    if endpoint.shape in (Shape.DATA, Shape.DISPLAY):
        described["security"] = [{"user": []}]
    content = _content(operation)
    if content:
        described["requestBody"] = {"content": content}
    return described


def _content_range() -> Schema:
    pattern = {"type": "string", "pattern": "^bytes [0-9]{1,12}-[0-9]{1,12}/[0-9]{1,12}$"}
    return {"name": "Content-Range", "in": "header", "required": True, "schema": pattern}


def _content(operation: Operation) -> dict[str, object]:
    if operation in BODIES:
        return {"application/json": {"schema": BODIES[operation]}}
    if operation in FORMS:
        return {"application/x-www-form-urlencoded": {"schema": FORMS[operation]}}
    if operation is Operation.UPLOAD:
        raw: Schema = {"type": "string", "format": "binary"}
        return {media: {"schema": raw} for media in ("video/mp4", "video/quicktime", "video/webm")}
    return {}


def _responses(endpoint: Endpoint) -> Mapping[str, object]:
    match endpoint.shape:
        case Shape.DATA:
            refused = "Refused"
        case Shape.DISPLAY:
            refused = "DisplayRefused"
        case Shape.OAUTH:
            either = {
                "anyOf": [_ref("Tokens"), _ref("Flat"), {"type": "object", "maxProperties": 0}]
            }
            return {"200": _json("Tokens, or an error in `error`.", either)}
        case Shape.BARE:
            if endpoint.operation is Operation.UPLOAD:
                return {code: {"description": says} for code, says in UPLOAD_STATUSES.items()}
            return {
                "200": {"description": "The consent page.", "content": {"text/html": {}}},
                "302": {"description": "Back to the app, with `code` or `error`."},
                "400": {
                    "description": "A page that says what is wrong.",
                    "content": {"text/html": {}},
                },
            }
        case _:
            assert_never(endpoint.shape)
    # creator_info answers some refusals with 200.
    done = _json("Done; or not, see error.code.", {"anyOf": [_ref("Done"), _ref(refused)]})
    statuses = ("400", "401", "403", "429")
    return {"200": done} | {s: _json("Refused; see error.code.", _ref(refused)) for s in statuses}


def _json(description: str, schema: Mapping[str, object]) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
