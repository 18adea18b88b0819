"""Units of work as the API opens them: each is a row of the audit."""

from contextlib import AbstractAsyncContextManager
from uuid import UUID

from app.bootstrap import Perseat
from app.db.unit_of_work import UnitOfWork
from app.domain.audit_events import Asked, Asker
from app.models.api_keys import PLATFORM
from app.services.audit_events import audited

ASKED = Asked("setThings", Asker(PLATFORM, "ops key test", "OPS"), {"to": 1}, "a test")


def asking(app: Perseat, account_id: UUID) -> AbstractAsyncContextManager[UnitOfWork]:
    return audited(app.tenants, ASKED).begin(account_id)
