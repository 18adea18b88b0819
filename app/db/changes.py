"""What a transaction changes of rows that it has loaded: before and after, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, inspect
from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.audit_events import Change

_OURS = frozenset(
    {"outbox", "idempotency_keys", "events", "webhook_deliveries", "webhook_attempts"}
)
"""How we work, not what somebody has changed."""
Seen = dict[int, tuple[Any, dict[str, Any], dict[str, Any]]]


class Changes:
    """Rows in the order in which they changed; what is written without them is not seen."""

    def __init__(self) -> None:
        self._seen: Seen = {}

    def see(self, session: Any, *_: Any) -> None:
        for row in session.new:
            self._note(row, {}, _values(row))
        for row in session.deleted:
            self._note(row, _values(row), {})
        for row in session.dirty:
            self._note(row, *_changed(row))

    def _note(self, row: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
        if not (before or after) or _table(row) in _OURS:
            return
        _, first, last = self._seen.setdefault(id(row), (row, {}, {}))
        last.update(after)
        first.update({name: value for name, value in before.items() if name not in first})

    def found(self) -> list[Change]:
        return [
            Change(_table(row), _key(row), before, after)
            for row, before, after in self._seen.values()
            if before != after
        ]


@contextmanager
def watched(session: AsyncSession) -> Iterator[Changes]:
    changes = Changes()
    event.listen(session.sync_session, "before_flush", changes.see)
    try:
        yield changes
    finally:
        event.remove(session.sync_session, "before_flush", changes.see)


def _table(row: Any) -> str:
    return str(inspect(row).mapper.local_table.name)


def _key(row: Any) -> dict[str, Any]:
    return {each.key: getattr(row, each.key) for each in inspect(row).mapper.primary_key}


def _values(row: Any) -> dict[str, Any]:
    """Of a row that is new or goes: what it says, but for what it does not know yet."""
    return {name: value for name, value in inspect(row).dict.items() if not name.startswith("_")}


def _changed(row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    before, after = {}, {}
    for each in inspect(row).attrs:
        history = each.history
        if history.has_changes():
            before[each.key] = history.deleted[0] if history.deleted else None
            after[each.key] = history.added[0] if history.added else None
    return before, after
