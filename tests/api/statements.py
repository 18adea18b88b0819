"""What a request asks of PostgreSQL, counted where it is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.bootstrap import Perseat


@contextmanager
def statements(app: Perseat) -> Iterator[list[str]]:
    """Every statement that the application sends inside of the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engines = [each.engine.sync_engine for each in (app.tenants, app.operators)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
