"""Dataclasses as JSON and back, led by their annotations."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from tiktok_emulator.control.schemas import BadOrder

Json = Any  # JSON of any shape enters and leaves here


class Codec:
    """Writes and reads values of dataclasses.

    `transient` fields are left out and get their default. `folder` is where paths are; only the
    file's name is written. An object of the class `pooled` is written as its number in `pool`,
    so that what was one object is one again.
    """

    def __init__(
        self,
        classes: Sequence[type],
        *,
        folder: Path,
        transient: frozenset[str],
        pooled: type,
        pool: list[Any] | None = None,
    ) -> None:
        self._classes = {cls.__name__: cls for cls in classes}
        self._folder = folder
        self._transient = transient
        self._pooled = pooled
        self.pool: list[Any] = [] if pool is None else pool

    def write(self, value: object) -> Json:
        """The value as JSON."""
        if isinstance(value, self._pooled):
            if not any(value is known for known in self.pool):
                self.pool.append(value)
            return next(n for n, known in enumerate(self.pool) if known is value)
        return self.write_whole(value)

    def write_whole(self, value: object) -> Json:
        """The value as JSON, even if it is one that is pooled."""
        match value:
            case Enum():
                return value.value
            case None | bool() | int() | float() | str():
                return value
            case datetime():
                return value.isoformat()
            case Path():
                return value.name
            case bytes():
                return base64.b64encode(value).decode("ascii")
            case Mapping():
                pairs = cast("Mapping[object, object]", value).items()
                return [[self.write(key), self.write(held)] for key, held in pairs]
            case _ if is_dataclass(value):
                held = {field.name: getattr(value, field.name) for field in self._kept(type(value))}
                written = {name: self.write(each) for name, each in held.items()}
                return {"type": type(value).__name__, **written}
            case _:
                return [self.write(each) for each in cast("Sequence[object]", value)]

    def read(self, data: Json, hint: Any) -> Any:
        """The value behind JSON, of the type that the annotation names.

        Raises:
            BadOrder: it is not of that type.
        """
        if hint is self._pooled:
            number = _expected(data, int)
            if not 0 <= number < len(self.pool):
                raise BadOrder(f"state: there is no number {number} among {hint.__name__}")
            return self.pool[number]
        return self.read_whole(data, hint)

    def read_whole(self, data: Json, hint: Any) -> Any:
        """The value behind JSON, even if it is of the class that is pooled."""
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            if data is None and NoneType in get_args(hint):
                return None
            [kind] = [each for each in get_args(hint) if each is not NoneType]
            return self.read(data, kind)
        if origin is Literal:
            return _one_of(data, get_args(hint))
        if origin in (list, tuple):
            kind = get_args(hint)[0]
            items: list[Any] = [self.read(each, kind) for each in _expected(data, list)]
            return items if origin is list else tuple(items)
        if origin is dict:
            key, held = get_args(hint)
            return {self.read(k, key): self.read(v, held) for k, v in _pairs(data)}
        return self._read_plain(data, hint)

    def _read_plain(self, data: Json, hint: Any) -> Any:
        if is_dataclass(hint):
            return self._read_object(data, cast("type", hint))
        if hint is datetime:
            return _moment(data)
        if hint is Path:
            return self._folder / _file_name(data)
        if hint is bytes:
            return _bytes(data)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return hint(_one_of(data, [each.value for each in hint]))
        if hint is float:
            return float(_expected(data, (int, float)))
        return _expected(data, hint)

    def _read_object(self, data: Json, hint: type) -> object:
        facts: Mapping[str, Json] = _expected(data, dict)
        cls = self._classes.get(str(facts.get("type")), hint)
        if not issubclass(cls, hint):
            raise BadOrder(f"state: {cls.__name__} is no {hint.__name__}")
        hints = _hints(cls)
        values: dict[str, object] = {}
        for field in self._kept(cls):
            if field.name in facts:
                values[field.name] = self.read(facts[field.name], hints[field.name])
            elif field.default is MISSING and field.default_factory is MISSING:
                raise BadOrder(f"state: {cls.__name__} lacks {field.name}")
        return cls(**values)

    def _kept(self, cls: type) -> list[Field[Any]]:
        return [field for field in fields(cls) if field.name not in self._transient]


@cache
def _hints(cls: type) -> Mapping[str, Any]:
    return get_type_hints(cls)


def _expected(data: Json, kind: Any) -> Any:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise BadOrder(f"state: {str(data)[:40]!r} is not {getattr(kind, '__name__', kind)}")
    return data


def _one_of(data: Json, values: Sequence[object]) -> Any:
    if data not in values:
        raise BadOrder(f"state: {str(data)[:40]!r} is none of {', '.join(map(str, values))}")
    return data


def _pairs(data: Json) -> list[tuple[Json, Json]]:
    pairs = [_expected(each, list) for each in _expected(data, list)]
    if any(len(pair) != 2 for pair in pairs):
        raise BadOrder("state: a pair of key and value has not two parts")
    return [(pair[0], pair[1]) for pair in pairs]


def _moment(data: Json) -> datetime:
    try:
        moment = datetime.fromisoformat(_expected(data, str))
    except ValueError as error:
        raise BadOrder(f"state: {data[:40]!r} is no moment") from error
    if moment.tzinfo is None:
        raise BadOrder(f"state: {data[:40]!r} has no zone")
    return moment


def _file_name(data: Json) -> str:
    name = str(_expected(data, str))
    # A name only: nothing outside our own folder is written or read because of a state.
    if not name or name in (".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise BadOrder(f"state: {name[:40]!r} is no plain file name")
    return name


def _bytes(data: Json) -> bytes:
    try:
        return base64.b64decode(_expected(data, str), validate=True)
    except binascii.Error as error:
        raise BadOrder("state: some bytes are no base64") from error
