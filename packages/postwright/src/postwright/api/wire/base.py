"""What all shapes on the wire have in common."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, cast

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

_DEEPEST: Final = 32
_MOST_TOLD, _LONGEST_TOLD = 20, 64
# So that generated clients read it as a time, not as a text.
_TIME: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}


def _rfc3339(at: datetime) -> str:
    told = at.isoformat(timespec="milliseconds")
    if not told.endswith("+00:00"):  # the database's times are in UTC: they are told at once
        told = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{told[:-6]}Z"


# A time as an answer has it: RFC 3339, UTC, milliseconds.
At = Annotated[
    datetime, PlainSerializer(_rfc3339, return_type=str), WithJsonSchema(_TIME, "serialization")
]

# The same to the microsecond: what names the time again has to mean the same one.
Exactly = Annotated[
    datetime,
    PlainSerializer(lambda at: at.astimezone(UTC).isoformat(), return_type=str),
    WithJsonSchema(_TIME, "serialization"),
]

# The id of what an answer shows.
WireId = Annotated[str, Field(serialization_alias="_id", validation_alias="_id")]


class Out(BaseModel):
    """A shape of an answer. Null stands for what is not there."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class In(BaseModel):
    """A shape of a request.

    Names are camelCase; snake_case is taken, too. What is not known is not refused, since clients
    for other servers send more: `unknown` names it.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="allow"
    )

    @property
    def unknown(self) -> list[str]:
        """Fields that were sent and mean nothing here."""
        return sorted(self.model_extra or {})

    @property
    def given(self) -> frozenset[str]:
        """The fields that were sent, by their names in the code."""
        return frozenset(self.model_fields_set - set(self.model_extra or {}))


def warnings_of(*shapes: In) -> list[str]:
    """What to tell of fields that were ignored; of very many, of the first."""
    names = [name for each in shapes for name in each.unknown[:_MOST_TOLD]]
    return [
        f"{name if len(name) <= _LONGEST_TOLD else f'{name[:_LONGEST_TOLD]}…'} is not known and "
        "was ignored."
        for name in names[:_MOST_TOLD]
    ]


def storable(value: Any) -> Any:
    """What was read from JSON, if it can be stored and told again.

    Halves of characters, NULs, infinities and endless nesting can be sent, too.

    Raises:
        ValueError: it holds such a thing.
    """
    _refuse_deep(value, _DEEPEST)
    told = json.dumps(value, ensure_ascii=False, allow_nan=False)
    told.encode()
    if _tells_nul(told):
        raise ValueError("There is a NUL in it.")
    return value


def holds_nul(value: Any) -> bool:
    """Whether a text in JSON that was read holds a NUL: the database takes none."""
    return _tells_nul(json.dumps(value))


def _tells_nul(told: str) -> bool:
    # A backslash that stands for itself is written twice.
    return "\\u0000" in told and "\\u0000" in told.replace("\\\\", "")


def _refuse_deep(value: Any, left: int) -> None:
    if not left:
        raise ValueError(f"It is nested more than {_DEEPEST} deep.")
    match value:
        case dict():
            inner = cast("dict[str, Any]", value).values()
        case list():
            inner = cast("list[Any]", value)
        case _:
            return
    for each in inner:
        _refuse_deep(each, left - 1)


def example(**fields: Any) -> dict[str, Any]:
    """What `json_schema_extra` takes, for one example."""
    return {"examples": [fields]}
