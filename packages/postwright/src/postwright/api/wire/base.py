"""What all shapes on the wire have in common."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# A time as an answer has it: RFC 3339, UTC, milliseconds.
At = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str)]

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
    """What to tell of fields that were ignored."""
    return [f"{name} is not known and was ignored." for each in shapes for name in each.unknown]


def example(**fields: Any) -> dict[str, Any]:
    """What `json_schema_extra` takes, for one example."""
    return {"examples": [fields]}
