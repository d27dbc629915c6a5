"""The reference of the API, as its own OpenAPI document tells it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from postwright.api.app import described
from postwright.api.counts import LABELS, RequestCounts
from postwright.api.metrics import gauges

Shape = Mapping[str, Any]
_JSON = "application/json"


@cache
def _document() -> dict[str, Any]:
    return described().openapi()


def operations() -> str:
    """Every operation by resource: what it needs, takes and answers."""
    by_tag = dict[str, list[str]]()
    for path, methods in _document()["paths"].items():
        for method, told in methods.items():
            text = "\n".join(_operation(method.upper(), path, told))
            by_tag.setdefault(told["tags"][0], []).append(text)
    return "\n".join(f"## {tag}\n\n" + "\n".join(texts) for tag, texts in by_tag.items())


def shapes() -> str:
    """Every shape of a body or an answer: its fields."""
    return "\n".join(
        "\n".join(_shape(name, shape))
        for name, shape in sorted(_document()["components"]["schemas"].items())
        if "properties" in shape or "enum" in shape
    )


def failures() -> str:
    """What every operation under /v1 may answer when something is wrong."""
    told = _document()["paths"]["/v1/auth/verify"]["get"]["responses"]
    rows = [(status, answer["description"]) for status, answer in told.items() if status >= "4"]
    return _table(("status", "meaning"), rows)


def figures() -> str:
    """What `/metrics` tells."""
    of_all = [(each.name, each.label_names, each.documentation) for each in gauges()]
    requests = RequestCounts().registry.collect()
    of_one = [(each.name, LABELS, each.documentation) for each in requests]
    rows = [
        (f"`{name}`", ", ".join(f"`{label}`" for label in labels), told)
        for name, labels, told in of_all + of_one
    ]
    return _table(("name", "labels", "what it is"), rows)


def _operation(method: str, path: str, told: Shape) -> Iterator[str]:
    yield f"### `{method} {path}`\n"
    yield f"{told['description'].strip()}\n"
    security: list[dict[str, list[str]]] = told.get("security", [])
    scope = (
        f"a key with the scope `{next(iter(security[0].values()))[0]}`" if security else "no key"
    )
    yield f"Needs {scope}. In clients: `{told['operationId']}`.\n"
    parameters = [
        (
            f"`{each['name']}`",
            each["in"],
            _kind(each["schema"]) + ("" if not each["required"] else ", required"),
            each.get("description", ""),
        )
        for each in told.get("parameters", ())
    ]
    if parameters:
        yield _table(("parameter", "where", "type", "what it is"), parameters)
    for kind, content in told.get("requestBody", {}).get("content", {}).items():
        yield f"Body, `{kind}`: {_kind(content.get('schema', {}))}.\n"
        if example := _example(content.get("schema", {})):
            yield f"```json\n{example}\n```\n"
    for status, answer in told["responses"].items():
        if status < "4":
            shape = answer.get("content", {}).get(_JSON, {}).get("schema")
            yield f"Answers {status}" + (f": {_kind(shape)}.\n" if shape else ".\n")


def _shape(name: str, shape: Shape) -> Iterator[str]:
    yield f"### {name}\n"
    yield f"{shape.get('description', '').strip()}\n"
    if "enum" in shape:
        yield f"One of {', '.join(f'`{value}`' for value in shape['enum'])}.\n"
        return
    required = set(shape.get("required", ()))
    yield _table(
        ("field", "type", "what it is"),
        [
            (
                f"`{field}`",
                _kind(told) + (", required" if field in required else ""),
                told.get("description", ""),
            )
            for field, told in shape["properties"].items()
        ],
    )
    for example in shape.get("examples", ())[:1]:
        yield f"```json\n{_written(example)}\n```\n"


def _kind(schema: Shape) -> str:
    """A type in words; a shape is linked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_kind(each) for each in schema[several]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return schema["type"] + _bounds(schema) if "type" in schema else "anything"


def _bounds(schema: Shape) -> str:
    words = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "minLength": "{} characters or more",
        "maxLength": "{} characters at most",
        "format": "{}",
    }
    said = [text.format(schema[name]) for name, text in words.items() if name in schema]
    return f" ({', '.join(said)})" if said else ""


def _example(schema: Shape) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    shape = _document()["components"]["schemas"].get(name, {})
    examples = shape.get("examples", ())
    return _written(examples[0]) if examples else ""


def _written(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [titles, ("---",) * len(titles), *rows]
    cells = (" | ".join(_cell(cell) for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in cells)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
