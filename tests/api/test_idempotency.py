"""Whatever moves money may be sent twice: by its key, or because the second time finds it done."""

import pytest

from api.limits import movers
from api.operations import MUTATIONS
from api.schema import schema
from app.domain.access import Permission

P = Permission
MONEY = {P.MONEY_WRITE, P.INVOICES_CORRECT, P.PAYMENTS_RESOLVE, P.TOP_UPS_RERUN}
MONEY |= {P.RECONCILE, P.BILLING_RUN, P.USAGE_WRITE}
BY_ITSELF = {
    **dict.fromkeys(("recordUsage", "adjustUsage"), "the caller's id of each event"),
    "authorizeUsage": "the caller's reference of the hold",
    **dict.fromkeys(("releaseHold", "extendHold"), "the hold has an end once"),
    **dict.fromkeys(("cancelSubscription", "resumeSubscription"), "a state, not a change"),
    **dict.fromkeys(("setCreditAlerts", "configureAutoTopUp"), "a state, not a change"),
    **dict.fromkeys(("updateBillingDetails", "markInvoiceUncollectible"), "a state, not a change"),
    **dict.fromkeys(("setDefaultPaymentMethod", "removePaymentMethod"), "a state, not a change"),
    "addPaymentMethod": "the provider's token is used once",
    **dict.fromkeys(("adoptCharge", "adoptRefunds"), "the provider's id is booked once"),
    **dict.fromkeys(("startBillingRun", "applyBillingRun", "retryBillingRun"), "one bill a period"),
}
"""Why these need no key."""


def test_what_moves_money_takes_a_key_or_needs_none() -> None:
    """S7: a new mutation has to be of one sort or the other."""
    moving = {name for name, needed in MUTATIONS.items() if needed in MONEY}

    assert moving == movers(schema._schema) | set(BY_ITSELF)  # noqa: SLF001
    assert not movers(schema._schema) & set(BY_ITSELF)  # noqa: SLF001


@pytest.mark.parametrize("name", sorted(movers(schema._schema) - {"rerunTopUps"}))  # noqa: SLF001
def test_a_key_cannot_be_left_out(name: str) -> None:
    """A dry run alone has none."""
    root = schema._schema.mutation_type  # noqa: SLF001
    assert root is not None
    given = root.fields[name].args["input"].type.of_type.fields["idempotencyKey"]

    assert str(given.type) == "String!"
