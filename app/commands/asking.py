"""Who asks at the command line, why, and from where: the audit keeps it of commands too (S25)."""

import os
from dataclasses import replace
from getpass import getuser
from socket import gethostname
from typing import Any

from app.bootstrap import Perseat
from app.domain.audit_events import Asked, Asker, check_reason
from app.domain.errors import InvalidInput
from app.domain.permissions import ActorRole
from app.models.api_keys import PLATFORM
from app.services.audit_events import audited


def asking(app: Perseat, command: str, reason: str | None, **given: Any) -> Perseat:
    """The same application: each unit of work that changes something leaves a row.

    InvalidInput for a reason that says nothing; None where none is asked for.
    """
    asker = Asker(PLATFORM, f"command line of {_user()}", ActorRole.OPS)
    why = check_reason(reason, field="reason")
    if reason is not None and why is None:
        raise InvalidInput("Say why, by --reason: the audit keeps it.", field="reason")
    asked = Asked(f"perseat {command}", asker, given, why, address=gethostname())
    return replace(
        app, tenants=audited(app.tenants, asked), operators=audited(app.operators, asked)
    )


def _user() -> str:
    """Whoever became root is who they were; in a container nobody may have a name."""
    try:
        return os.environ.get("SUDO_USER") or getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
