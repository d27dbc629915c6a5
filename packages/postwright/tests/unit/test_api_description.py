"""The API describes itself completely: what a reader, or a generator of clients, needs."""

import re
from typing import Any

import jsonschema_rs
import pytest

from tests.factories.operations import Operation, description, operations, resolved

OPERATIONS = [pytest.param(each, id=each.name) for each in operations()]
SCHEMAS = [
    pytest.param(schema, id=name) for name, schema in description()["components"]["schemas"].items()
]
ALWAYS = {"400", "401", "403", "404", "405", "409", "413", "415", "429", "500", "502", "503"}


def test_it_is_openapi_3_1_and_says_what_a_key_is() -> None:
    assert description()["openapi"].startswith("3.1")
    scheme = description()["components"]["securitySchemes"]["apiKey"]
    assert scheme["scheme"] == "bearer"


def test_what_generators_of_clients_and_linters_ask_for_is_there() -> None:
    told = description()
    assert told["servers"]
    assert told["info"]["license"]["identifier"]
    used = {tag for each in operations() for tag in each.told["tags"]}
    assert {tag["name"] for tag in told["tags"] if tag["description"]} == used
    for each in operations():
        assert each.told["security"] == [] or each.scope, each.name


def test_shapes_are_named_as_people_would_name_them() -> None:
    # Two models of one name get names like `postwright__api__wire__health__Permission`, or
    # `Source-Input`; some generators give up on those.
    odd = [name for name in description()["components"]["schemas"] if not name.isalnum()]
    assert odd == []


def test_a_time_in_an_answer_is_one_for_generated_clients() -> None:
    post = description()["components"]["schemas"]["PostOut"]["properties"]
    assert post["createdAt"]["format"] == "date-time"
    assert {"type": "string", "format": "date-time"} in post["scheduledFor"]["anyOf"]


def test_operation_ids_are_unique() -> None:
    names = [each.name for each in operations()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_described(operation: Operation) -> None:
    told = operation.told
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", operation.name)
    assert told["summary"]
    assert told["description"]
    assert told["tags"]
    for parameter in told.get("parameters", []):
        assert parameter.get("description"), parameter["name"]
        schema = resolved(parameter["schema"])
        chosen = "enum" in schema or "boolean" in str(schema) or "$ref" in str(schema)
        assert chosen or schema.get("examples"), parameter["name"]
        for each in schema.get("examples", ()):
            jsonschema_rs.validate({**schema, "components": description()["components"]}, each)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_under_v1_tells_every_error(operation: Operation) -> None:
    if not operation.path.startswith("/v1/"):
        return
    told = operation.told["responses"]
    assert set(told) >= ALWAYS
    assert "422" not in told
    for status in ALWAYS:
        shape = told[status]["content"]["application/json"]["schema"]
        assert shape == {"$ref": "#/components/schemas/ErrorAnswer"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_json_body_has_an_example(operation: Operation) -> None:
    if "application/json" in operation.told.get("requestBody", {}).get("content", {}):
        assert operation.example


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_shape_has_an_example_that_fits_it(schema: dict[str, Any]) -> None:
    if "properties" not in schema:
        return
    known = {**schema, "components": description()["components"]}
    assert schema["examples"]
    for each in schema["examples"]:
        jsonschema_rs.validate(known, each)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_field_is_described(schema: dict[str, Any]) -> None:
    assert "description" in schema
    for field, told in schema.get("properties", {}).items():
        assert told.get("description") or resolved(told).get("description"), field
