"""What happened (events) and who did what (the audit) of an account, as one list."""

from sqlalchemy import JSON, cast, func, literal, null, select, union_all
from sqlmodel import col

from app.db.events import Event
from app.domain.events import WITHIN
from app.models import AuditEvent

EVENT, AUDIT = "event", "auditevent"
_events = select(
    col(Event.account_id),
    col(Event.id),
    literal(EVENT).label("source"),
    col(Event.at),
    col(Event.kind),
    col(Event.data),
    null().label("actor"),
    null().label("reason"),
).where(*(col(Event.kind) != str(each) for each in WITHIN))
_audit = select(
    col(AuditEvent.account_id),
    col(AuditEvent.id),
    literal(AUDIT),
    col(AuditEvent.at),
    col(AuditEvent.operation),
    null(),
    col(AuditEvent.actor),
    func.json_extract_path_text(cast(col(AuditEvent.body), JSON), "reason"),
)
HISTORY = union_all(_events, _audit).subquery("history")
"""Read in pages by the id, newest first: the ids of both tables begin with their time, and their
primary keys have that order."""
