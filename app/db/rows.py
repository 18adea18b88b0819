"""Rows by the driver itself: a statement is compiled once, and then costs half as much as each
time through SQLAlchemy. It is the same connection, the same transaction and the same types."""

import asyncio
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.util import LRUCache
from sqlmodel.ext.asyncio.session import AsyncSession

Convert: TypeAlias = Callable[[Any], Any]
DIALECT: Any = make_url("postgresql+asyncpg://").get_dialect()()
KNOWN = "begun"
"""Where a session keeps its transaction, and the connection that this is on."""


class Shape:
    """A statement without its values: as the driver takes it, and what its rows are made of."""

    def __init__(self, compiled: Any) -> None:
        self.sql: str = compiled.string
        self._names: list[str] = compiled.positiontup
        self._given: Mapping[str, Convert] = compiled._bind_processors  # noqa: SLF001 - no other name
        columns = compiled._result_columns or ()  # noqa: SLF001 - as above
        types = [each.type.dialect_impl(DIALECT) for each in columns]
        found = [(i, each.result_processor(DIALECT, None)) for i, each in enumerate(types)]
        self._found = [(i, convert) for i, convert in found if convert]

    def arguments(self, values: Mapping[str, Any]) -> Iterable[Any]:
        for name in self._names:
            convert = self._given.get(name)
            yield convert(values[name]) if convert else values[name]

    def rows(self, records: Sequence[Any]) -> list[Any]:
        if not records:
            return []
        make = _row(tuple(records[0].keys()))._make
        if not self._found:
            return list(map(make, records))
        return [make(self._converted(record)) for record in records]

    def _converted(self, record: Iterable[Any]) -> list[Any]:
        values = list(record)
        for i, convert in self._found:
            values[i] = convert(values[i])
        return values


@lru_cache(maxsize=1024)
def _row(names: tuple[str, ...]) -> Any:
    """By what came: a migration may add to all columns of a table while we run."""
    return namedtuple("Row", names, rename=True)  # noqa: PYI024


_shape = lru_cache(maxsize=1024)(Shape)
_compiled: LRUCache[Any, Any] = LRUCache(1024)


@lru_cache(maxsize=1024)
def _prepared(statement: Any) -> tuple[Shape, Mapping[str, Any]]:
    """With the values that it has in itself; what differs in values only is compiled once."""
    compiled, own, _, _ = statement._compile_w_cache(  # noqa: SLF001 - as SQLAlchemy executes it
        DIALECT, compiled_cache=_compiled, column_keys=[]
    )
    return _shape(compiled), compiled.construct_params(extracted_parameters=own, _check=False)


async def fetch(
    session: AsyncSession, statement: Executable, values: Mapping[str, Any] | None = None
) -> list[Any]:
    """Of a statement that is the same object each time, with what it has to be given by name."""
    shape, own = _prepared(statement)
    connection = await _begun(session)
    _tell(connection, shape.sql)
    given = shape.arguments({**own, **(values or {})})
    with _errors(connection, shape.sql):
        return shape.rows(await _driver(connection).fetch(shape.sql, *given))


async def command(session: AsyncSession, sql: str) -> None:
    """What is not worth preparing, because it is never the same twice."""
    connection = await _begun(session)
    _tell(connection, sql)
    with _errors(connection, sql):
        await _driver(connection).execute(sql)


async def _begun(session: AsyncSession) -> Any:
    """The connection of the transaction that the session is in, or begins."""
    connection: Any
    transaction, connection = session.info.get(KNOWN, (None, None))
    if transaction is None or transaction is not session.sync_session.get_transaction():
        connection = (await session.connection()).sync_connection
        if connection.connection.dbapi_connection._transaction is None:  # noqa: SLF001 - who ends it
            with _errors(connection, "BEGIN"):  # it is sent with the first statement, not before
                await connection.connection.dbapi_connection._start_transaction()  # noqa: SLF001
        session.info[KNOWN] = (session.sync_session.get_transaction(), connection)
    return connection


def _driver(connection: Any) -> Any:
    return connection.connection.driver_connection


@contextmanager
def _errors(connection: Connection, sql: str) -> Iterator[None]:
    """As SQLAlchemy has it: errors do not tell what was sent, and whoever is cancelled leaves a
    connection of which nobody knows where it is; it is closed and not used again."""
    try:
        yield
    except (asyncio.CancelledError, GeneratorExit):
        connection.invalidate()
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DBAPIError(sql, None, error, hide_parameters=True) from error


def _tell(connection: Connection, sql: str) -> None:
    """Who counts statements counts these."""
    for hear in connection.engine.dispatch.before_cursor_execute:
        hear(None, None, sql, None, None, False)  # noqa: FBT003 - as SQLAlchemy does
