"""Examples for what has none of its own, made of those of its fields.

FastAPI also drops every null from an example that it is given; they are put back here.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

Shape = Mapping[str, Any]

# Of parameters, by name; those that are chosen from a few values need none.
_OF_PARAMETERS: Final[dict[str, Any]] = {
    "Idempotency-Key": "sunset-1",
    "Last-Event-ID": "1042-0",
    "accountId": "conn_7k3m9x2q4d1f",
    "after": "WyIyMDI2LTExLTIxVDEwOjAwOjAwKzAwOjAwIl0",
    "code": "aB3dE5fG7h",
    "createdBy": "key_7k3m9x2q4d1f",
    "cursor": "WyIyMDI2LTExLTIxVDEwOjAwOjAwKzAwOjAwIl0",
    "dateFrom": "2026-11-01",
    "dateTo": "2026-11-30",
    "error": "access_denied",
    "externalId": "customer-42",
    "fields": "content,status",
    "fromDate": "2026-11-01",
    "lastEventId": "1042-0",
    "limit": 20,
    "name": "Default",
    "offset": 40,
    "page": 2,
    "platform": "tiktok",
    "profileId": "prof_7k3m9x2q4d1f",
    "reconnectAccountId": "conn_7k3m9x2q4d1f",
    "redirectUrl": "https://example.com/connected",
    "redirect_url": "https://example.com/connected",
    "search": "sunset",
    "signature": "AGsB1Scvqlnw0J2VKpzc_cVkfM4UNY0PjUKh",
    "since": "2026-11-01T00:00:00Z",
    "skip": 20,
    "state": "kQ2mS0h3l6v9y1B4E7H0K3N6Q9T2W5Z8",
    "tags": "travel,lisbon",
    "toDate": "2026-11-30",
    "until": "2026-11-30T00:00:00Z",
    "uploadId": "upl_7k3m9x2q4d1f",
    "uploadName": "video",
}
# Of fields of answers, by name; the others may be empty.
_TEXTS: Final[dict[str, str]] = {
    "_id": "prof_7k3m9x2q4d1f",
    "accountId": "conn_7k3m9x2q4d1f",
    "advice": "fix",
    "by": "key_7k3m9x2q4d1f",
    "color": "#ffeda0",
    "createdPostId": "post_7k3m9x2q4d1f",
    "error": "The video is shorter than 3 seconds.",
    "expiresIn": "364 days",
    "filename": "lisbon.mp4",
    "id": "key_7k3m9x2q4d1f",
    "kind": "advice",
    "label": "Everyone",
    "limitFormatted": "4.0 GB",
    "mediaId": "media_7k3m9x2q4d1f",
    "message": "The video is shorter than 3 seconds.",
    "mimeType": "video/mp4",
    "name": "Default",
    "nickname": "Ada",
    "of": "account",
    "outcome": "applied",
    "param": "mediaItems[0]",
    "platform": "tiktok",
    "postId": "post_7k3m9x2q4d1f",
    "publicationId": "pub_7k3m9x2q4d1f",
    "publishId": "v_pub_file~v2-1.7312345678901234567",
    "requestId": "req_7k3m9x2q4d1f",
    "rule": "media.video.duration",
    "scope": "video.publish",
    "setting": "privacy_level",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "stage": "published",
    "type": "video",
    "url": "https://postwright.example.com/v1/media/media_7k3m9x2q4d1f/lisbon.mp4",
    "username": "ada",
    "value": "PUBLIC_TO_EVERYONE",
    "warning": "The sound is turned off.",
    "what": "post",
}


def give_examples(document: dict[str, Any]) -> None:
    """Give every shape with fields, and every parameter, an example; those there are completed."""
    shapes = cast("dict[str, dict[str, Any]]", document["components"]["schemas"])
    for shape in shapes.values():
        if "examples" in shape:
            shape["examples"] = [_completed(each, shape, shapes) for each in shape["examples"]]
    for shape in shapes.values():
        if "properties" in shape and "examples" not in shape:
            shape["examples"] = [_example(shape, shapes)]
    for methods in document["paths"].values():
        for operation in methods.values():
            for each in operation.get("parameters", ()):
                _tell(each)


def _tell(parameter: dict[str, Any]) -> None:
    schema, name = parameter["schema"], parameter["name"]
    # One that has values of its own says them: `state` is one thing here and another there.
    has_values = "$ref" in str(schema) or "enum" in schema
    if name in _OF_PARAMETERS and not has_values:
        schema.setdefault("examples", [_OF_PARAMETERS[name]])


def _completed(given: Any, schema: Shape, shapes: Mapping[str, Shape]) -> Any:
    """An example with the nulls that were dropped from it."""
    schema = _resolved(schema, shapes)
    match given:
        case dict():
            its = cast("dict[str, Any]", given)
            fields: Shape = schema.get("properties", {})
            told = {
                name: _completed(value, fields.get(name, {}), shapes) for name, value in its.items()
            }
            missing = [name for name in schema.get("required", ()) if name not in told]
            return told | {name: None for name in missing if _may_be_null(fields[name])}
        case list():
            items = schema.get("items", {})
            return [_completed(each, items, shapes) for each in cast("list[Any]", given)]
        case _:
            return given


def _example(schema: Shape, shapes: Mapping[str, Shape], name: str = "") -> Any:
    """An example of a shape: its own, or one made of its parts. `name` is the field's."""
    schema = _resolved(schema, shapes)
    for own in ("examples", "enum"):
        if own in schema:
            return schema[own][0]
    for one in ("const", "default"):
        if one in schema:
            return schema[one]
    return _made(schema, shapes, name)


def _made(schema: Shape, shapes: Mapping[str, Shape], name: str) -> Any:
    match schema.get("type"):
        case "object":
            its: Mapping[str, Shape] = schema.get("properties", {})
            return {each: _example(told, shapes, each) for each, told in its.items()}
        case "array":
            return [_example(schema["items"], shapes)] if "$ref" in schema["items"] else []
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "string" if schema.get("format") == "date-time":
            return "2026-11-21T10:00:00.000Z"
        case "string":
            return _TEXTS.get(name, "")
        case _:
            return None


def _resolved(schema: Shape, shapes: Mapping[str, Shape]) -> Shape:
    """A schema, also if it is given by its name, or as that or null."""
    if "$ref" in schema:
        return {**shapes[schema["$ref"].rpartition("/")[2]], **schema}
    if "anyOf" in schema and "examples" not in schema and "default" not in schema:
        first: Shape = schema["anyOf"][0]
        return _resolved(first, shapes)
    return schema


def _may_be_null(schema: Shape) -> bool:
    return any(each.get("type") == "null" for each in schema.get("anyOf", ()))
