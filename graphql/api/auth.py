"""Who may do what: one table, and no for everything that it does not name."""

from collections.abc import Mapping
from enum import Enum, auto
from uuid import UUID

from api.errors import Forbidden
from app.domain.errors import NotFound
from app.models.api_keys import KeyRole
from app.services.api_keys import Principal


class Operation(Enum):
    READ = auto()
    WRITE_USERS = auto()
    WRITE_TELEPHONY = auto()
    WRITE_MONEY = auto()
    WRITE_USAGE = auto()
    WRITE_CONTRACT = auto()
    CORRECT_INVOICES = auto()
    WRITE_CATALOGUE = auto()
    CREATE_ACCOUNT = auto()
    ADVANCE_CLOCK = auto()
    WRITE_KEYS = auto()
    RUN_BILLING = auto()
    RERUN_TOP_UPS = auto()
    RECONCILE = auto()
    RESOLVE_PAYMENTS = auto()


_ANY = frozenset(KeyRole)
_OPS = frozenset({KeyRole.OPS})
_ADMINISTRATORS = _OPS | {KeyRole.ADMINISTRATOR}

ALLOWED: Mapping[Operation, frozenset[KeyRole]] = {
    Operation.READ: _ANY,
    Operation.WRITE_USERS: _ADMINISTRATORS | {KeyRole.PARTNER},
    Operation.WRITE_TELEPHONY: _ADMINISTRATORS | {KeyRole.PARTNER},
    Operation.WRITE_MONEY: _ADMINISTRATORS | {KeyRole.BILLING_ADMIN},
    Operation.WRITE_USAGE: _ADMINISTRATORS | {KeyRole.PARTNER},
    Operation.WRITE_CONTRACT: _OPS,
    Operation.CORRECT_INVOICES: _OPS,
    Operation.WRITE_CATALOGUE: _OPS,
    Operation.CREATE_ACCOUNT: _OPS,
    Operation.ADVANCE_CLOCK: _ADMINISTRATORS | {KeyRole.PARTNER},
    Operation.WRITE_KEYS: _ADMINISTRATORS,
    Operation.RUN_BILLING: _OPS,
    Operation.RERUN_TOP_UPS: _OPS,
    Operation.RECONCILE: _OPS,
    Operation.RESOLVE_PAYMENTS: _OPS,
}


def authorize(
    principal: Principal,
    operation: Operation,
    account_id: UUID | None = None,
    *,
    field: str = "accountId",
) -> None:
    """Another company's account does not exist; an operation outside the role is forbidden."""
    if principal.account_id is not None and account_id not in {None, principal.account_id}:
        raise NotFound("account", field=field)
    if principal.role not in ALLOWED.get(operation, frozenset()):
        raise Forbidden(f"A key with the role {principal.role} may not do this.")
