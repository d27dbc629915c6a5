"""Rows that a statement gives or stores, as objects of their tables' classes.

No session knows them: one that keeps an object of every row costs more than the rows.
"""

from collections import namedtuple
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import ColumnElement
from sqlalchemy.orm import ColumnProperty

from postwright.db.base import Base
from postwright.db.types import EnumText

T = TypeVar("T", bound=Base)


def plain(model: type[T], **values: Any) -> T:
    """An object of a table's class, for a row that a statement of ours stores.

    Its constructor prepares each value for a session, which takes ten times as long.
    """
    made = model()
    vars(made).update(values)
    return made


class Columns(Generic[T]):
    """The columns of a table, as a statement names them and as its rows are read.

    Args:
        model: the table's class.
        alias: what the statement calls the table.
        without: attributes that are not read: they are None.
    """

    __slots__ = ("_enums", "_make", "_model", "_names", "all", "text")

    def __init__(self, model: type[T], alias: str, *, without: Collection[str] = ()) -> None:
        props = [
            each
            for each in model.__mapper__.attrs
            if isinstance(each, ColumnProperty) and each.key not in without
        ]
        self._model = model
        self._names = [each.key for each in props]
        self._make = namedtuple(model.__name__, self._names)._make  # pyright: ignore[reportUntypedNamedTuple]  # as the table names them
        self._enums: list[tuple[int, dict[str | None, Any]]] = [
            (n, _members(each.columns[0].type.enum))
            for n, each in enumerate(props)
            if isinstance(each.columns[0].type, EnumText)
        ]
        self.all: list[ColumnElement[Any]] = [each.columns[0] for each in props]
        self.text = ", ".join(f"{alias}.{each.columns[0].name}" for each in props)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._names)

    def read(self, row: Sequence[Any], at: int = 0) -> T:
        """The object of a row that has them from `at` on."""
        return plain(self._model, **dict(zip(self._names, self._values(row, at), strict=True)))

    def look(self, row: Sequence[Any], at: int = 0) -> T:
        """The same attributes on a tuple, for rows by the hundred: no instance of the class."""
        return cast("T", self._make(self._values(row, at)))

    def _values(self, row: Sequence[Any], at: int) -> list[Any]:
        values = list(row[at : at + len(self._names)])
        for n, members in self._enums:
            values[n] = members[values[n]]
        return values


def _members(enum: type[StrEnum]) -> dict[str | None, Any]:
    """What values stand for; to ask the enum itself takes twenty times as long."""
    return {None: None, **{each.value: each for each in enum}}
