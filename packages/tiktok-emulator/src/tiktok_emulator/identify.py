"""Tells what a request is before it is answered: the operation, the user and the app."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Scope

from tiktok_emulator.faults import Call
from tiktok_emulator.oauth import tokens
from tiktok_emulator.operations import BY_REQUEST, Operation, Shape
from tiktok_emulator.posting import access
from tiktok_emulator.store import World
from tiktok_emulator.upload import address
from tiktok_emulator.upload.rules import read_range


def identify(world: World, scope: Scope, body: bytes) -> Call:
    """Which operation a request is and whom it is about; `body` is empty for uploads."""
    endpoint = BY_REQUEST.get((scope["method"], scope["path"]))
    if endpoint is None:
        return Call(None)
    operation = endpoint.operation
    text = _text(scope, body) if world.faults.waiting else ""
    if endpoint.shape is Shape.OAUTH:
        return _form_call(world, operation, dict(parse_qsl(body.decode("utf-8", "replace"))), text)
    headers = Headers(scope=scope)
    query = dict(parse_qsl(scope["query_string"].decode("ascii", "replace")))
    if operation is Operation.AUTHORIZE:
        return Call(operation, client_key=query.get("client_key"), text=text)
    if operation is Operation.UPLOAD:
        upload = address.find(world, query)
        span = read_range(headers.get("content-range"))
        return Call(
            operation,
            upload.username if upload else None,
            upload.client_key if upload else None,
            span.is_final if span else None,
            text,
        )
    token = access.bearer(world, headers)
    if token is None:
        return Call(operation, text=text)
    return Call(operation, token.grant.username, token.grant.client_key, text=text)


def _form_call(world: World, operation: Operation, form: Mapping[str, str], text: str) -> Call:
    if operation is Operation.TOKEN:
        match form.get("grant_type"):
            case "refresh_token":
                operation = Operation.REFRESH
            case "client_credentials":
                operation = Operation.CLIENT_TOKEN
            case _:
                pass
    username = tokens.subject(world, operation, form)
    return Call(operation, username, form.get("client_key"), text=text)


def _text(scope: Scope, body: bytes) -> str:
    """What `match` of a fault looks into."""
    query = scope["query_string"].decode("ascii", "replace")
    return f"{scope['path']}?{query}\n{body.decode('utf-8', 'replace')}"
