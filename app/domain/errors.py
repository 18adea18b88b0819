"""The errors of billing: each carries facts, none knows of HTTP or GraphQL.

BillingError
├── InvalidInput          a value that can never be right (names the field)
├── NotFound              no such thing, or not yours: the two are one answer
├── Conflict              right in itself, but not beside what is there already
│   ├── IdempotencyConflict
│   ├── PlanChanged
│   └── PreviewChanged
├── Refused               a rule of billing says no (cites the rule)
└── AccountParked         billing of this account waits for an operator
"""

from collections.abc import Sequence


class BillingError(Exception):
    """Root of all that a caller can mend; `field` is the path of the input to blame, if any."""

    code = "BILLING_ERROR"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidInput(BillingError):
    code = "INVALID"


class NotFound(BillingError):
    """`noun` names what was looked for."""

    code = "NOT_FOUND"

    def __init__(self, noun: str, *, field: str | None = None) -> None:
        super().__init__(f"There is no such {noun}, or it is not yours to see.", field=field)
        self.noun = noun


class Conflict(BillingError):
    code = "CONFLICT"


class IdempotencyConflict(Conflict):
    """The key was used before with another body; a new request needs a new key."""

    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was used for another request. Send the same request again, "
            "or take a new key for a new one.",
            field="idempotencyKey",
        )


class PreviewChanged(Conflict):
    """What was shown would not be what happens: `changed` says what is different."""

    code = "PREVIEW_CHANGED"

    def __init__(self, changed: Sequence[str]) -> None:
        super().__init__(
            f"This would not do what the preview has shown ({'; '.join(changed)}). Nothing was "
            "changed; preview again.",
            field="previewToken",
        )
        self.changed = changed


class PlanChanged(Conflict):
    """A billing run would not post what was planned: `changed` names accounts and totals."""

    code = "PLAN_CHANGED"

    def __init__(self, changed: Sequence[str]) -> None:
        super().__init__(
            f"This plan is stale ({'; '.join(changed)}). Nothing was posted; make a new dry run.",
            field="planHash",
        )
        self.changed = changed


class Refused(BillingError):
    """`rule` is the id of the billing rule that says no."""

    code = "REFUSED"

    def __init__(self, rule: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.rule = rule


class AccountParked(BillingError):
    """A billing run met something that it must not guess about; an operator has to look."""

    code = "ACCOUNT_PARKED"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Billing of this account is on hold ({reason}). What would change its bill can be "
            "done again as soon as an operator has released it.",
        )
        self.reason = reason
