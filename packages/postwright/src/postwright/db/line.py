"""A line to PostgreSQL: statements are prepared once per connection and sent several in one go.

To send, to wait and to wake up costs a process more than what it waits for. So what nobody waits
for goes with the next statement whose rows are wanted, or with the commit, and BEGIN goes with the
first statement. All of it is done in order and in one transaction; if one fails, none after it is.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy.exc import DBAPIError

Row = TypeVar("Row")
Key = tuple[bytes, tuple[int, ...] | None]
Then = Callable[[PGresult], None]
# What a refusal is, by the detail that the statement gives with it.
Refusal = Callable[[str], Exception]

# The SQLSTATE of `refuse(detail)`, with which a statement ends its transaction.
_REFUSED = "PW001"

_FAILED = frozenset({ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED})


class Asked:
    """A statement that was asked, or will be with the next one.

    Args:
        line: on which it is asked.
        sql: with $1, $2 and so on for its values.
        values: as many.
        refusal: the error that it is if the statement refuses.
    """

    __slots__ = ("_line", "formats", "key", "refusal", "result", "values")

    def __init__(
        self, line: "Line", sql: bytes, values: Sequence[Any], refusal: Refusal | None
    ) -> None:
        self._line = line
        self.refusal = refusal
        self.values = line.writing.dump_sequence(values, [PyFormat.AUTO] * len(values))
        self.formats = line.writing.formats
        self.key: Key = sql, line.writing.types
        self.result: PGresult | None = None

    def take(self, result: PGresult) -> None:
        """Hear what it gave."""
        self.result = result

    async def answer(self) -> PGresult:
        """What it gave; it is sent now if it was not sent yet."""
        if self.result is None:
            await self._line.send()
        assert self.result is not None
        return self.result


class Line:
    """One connection, and what is to be said on it. Nobody else uses it meanwhile."""

    __slots__ = ("_made", "_prepared", "_reading", "_waiting", "connection", "writing")

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection
        # They learn how values of a type are written and read: kept, they learn it once.
        self.writing, self._reading = Transformer(connection), Transformer(connection)
        self._prepared = dict[Key, bytes]()
        self._made = 0
        self._waiting = list[Asked]()

    @property
    def is_waiting(self) -> bool:
        """Whether something was asked that was not sent yet."""
        return bool(self._waiting)

    def ask(self, sql: bytes, values: Sequence[Any], refusal: Refusal | None = None) -> Asked:
        """Ask something with the next thing that is sent."""
        asked = Asked(self, sql, values, refusal)
        self._waiting.append(asked)
        return asked

    def read(self, result: PGresult, make_row: Callable[[Sequence[Any]], Row]) -> list[Row]:
        """Make rows of what a statement gave."""
        self._reading.set_pgresult(result)
        rows = self._reading.load_rows(0, result.ntuples, make_row)
        self._reading.set_pgresult(None, set_loaders=False)
        return rows

    async def send(self, *, commits: bool = False) -> None:
        """Send what waits, in a transaction, and end that if it `commits`.

        Raises:
            DBAPIError: one of them failed, and those after it were not done; or the connection
                broke.
            Exception: the refusal of one of them.
        """
        waiting, self._waiting = self._waiting, []
        try:
            async with self.connection.lock:
                await self.connection.wait(self._exchange(waiting, commits=commits))
        except psycopg.Error as error:
            raise as_any_other(error, is_broken=self.connection.closed) from error

    async def undo(self) -> None:
        """Roll back what was done and forget what was not sent; close if that fails."""
        self._waiting = []
        if self.connection.pgconn.transaction_status != TransactionStatus.IDLE:
            try:
                await self.connection.rollback()
            except psycopg.Error:
                await self.connection.close()

    def _exchange(self, waiting: Sequence[Asked], *, commits: bool) -> PQGen[None]:
        connection = self.connection.pgconn
        begins = connection.transaction_status == TransactionStatus.IDLE
        if begins and not waiting:
            return
        then = list[tuple[Then, Refusal | None]]()
        connection.enter_pipeline_mode()
        try:
            if begins:
                connection.send_query_params(b"BEGIN", None)
                then.append((_done, None))
            for asked in waiting:
                then += self._give(connection, asked)
            if commits:
                connection.send_query_params(b"COMMIT", None)
                then.append((_done, None))
            connection.pipeline_sync()
            yield from send(connection)
            yield from _hear(connection, then)
        finally:
            with suppress(psycopg.OperationalError):  # of a connection that broke
                connection.exit_pipeline_mode()

    def _give(self, connection: PGconn, asked: Asked) -> Iterator[tuple[Then, Refusal | None]]:
        """Give one to the connection; what is done with its answers."""
        key = asked.key
        name = self._prepared.get(key)
        if name is None:
            self._made += 1
            name = b"line_%d" % self._made
            connection.send_prepare(name, key[0], key[1])
            yield partial(self._note, key, name), None
        connection.send_query_prepared(name, asked.values, asked.formats)
        yield asked.take, asked.refusal

    def _note(self, key: Key, name: bytes, _: PGresult) -> None:
        self._prepared[key] = name


def _hear(connection: PGconn, then: Sequence[tuple[Then, Refusal | None]]) -> PQGen[None]:
    """Take all answers, to the end of the pipeline; raise the first that is an error."""
    failed: tuple[PGresult, Refusal | None] | None = None
    for do, refusal in then:
        [*_, result] = yield from fetch_many(connection)
        if result.status not in _FAILED:
            do(result)
        elif failed is None:
            failed = result, refusal
    yield from fetch_many(connection)  # of the pipeline itself
    if failed is not None:
        raise _as_error(*failed)


def _as_error(failed: PGresult, refusal: Refusal | None) -> Exception:
    error = error_from_result(failed)
    if refusal is not None and error.sqlstate == _REFUSED:
        return refusal(error.diag.message_detail or "")
    return error


def _done(_: PGresult) -> None:
    """BEGIN and COMMIT give nothing."""


def as_any_other(error: psycopg.Error, *, is_broken: bool) -> Exception:
    """What SQLAlchemy makes of an error of the driver, whose connection is broken or not."""
    return DBAPIError.instance(
        None,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=is_broken,
    )
