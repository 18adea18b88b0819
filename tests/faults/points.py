"""The deed that leads to each point at which a fault can be ordered."""

from app.faults import Fault
from tests.faults.deeds import Deed, buy, defer, hire, month, plan, spend, upload
from tests.faults.hooks import hear
from tests.faults.payments import adopt, compare, dun, refund

DEEDS: dict[Fault, Deed] = {
    **dict.fromkeys([Fault.USAGE_STAGED, Fault.USAGE_POSTED, Fault.TOP_UP_DECIDED], spend),
    **dict.fromkeys([Fault.WORK_COMMITTED, Fault.WORK_RUNG, Fault.WORK_DONE], spend),
    **dict.fromkeys([Fault.INTENT_MADE, Fault.INTENT_COMMITTED, Fault.LEASE_TAKEN], spend),
    **dict.fromkeys([Fault.CHARGED, Fault.MARKED_UNKNOWN, Fault.SETTLING], spend),
    **dict.fromkeys([Fault.SETTLED, Fault.SETTLEMENT_COMMITTED], spend),
    Fault.USAGE_COMMITTED: upload,
    Fault.MUTATION_COMMITTED: buy,
    Fault.DEFERRALS_POSTED: defer,
    **dict.fromkeys([Fault.WEBHOOK_KEPT, Fault.WEBHOOK_BOOKED], spend),
    **dict.fromkeys([Fault.REFUND_SENT, Fault.REFUNDED], refund),
    **dict.fromkeys([Fault.BILLING_CLAIMED, Fault.BILLING_POSTED, Fault.BILLING_COMMITTED], month),
    **dict.fromkeys([Fault.RUN_CLAIMED, Fault.RUN_WORKED, Fault.RUN_COMMITTED], plan),
    **dict.fromkeys([Fault.PAGE_LISTED, Fault.PAGE_CONFIRMED, Fault.COMPARED], compare),
    Fault.COMPARISON_KEPT: compare,
    **dict.fromkeys([Fault.ADOPTION_LISTED, Fault.ADOPTED, Fault.ADOPTION_COMMITTED], adopt),
    Fault.EVENTS_TOLD: spend,
    **dict.fromkeys([Fault.DELIVERY_CLAIMED, Fault.DELIVERED], hear),
    **dict.fromkeys([Fault.NOTICE_DUE, Fault.NOTICE_WRITTEN], dun),
    **dict.fromkeys([Fault.MAIL_WRITTEN, Fault.MAIL_SENT], hire),
}
"""What leads to a point."""
CARDS = {Fault.MARKED_UNKNOWN: "card_answer_lost"}
