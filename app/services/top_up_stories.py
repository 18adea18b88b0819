"""What a decision about a top-up says in words (M6)."""

from typing import Any

from app.domain.top_up_stories import Story, sentence


def told(decision: Any, payment: Any | None, *, would: bool = False) -> str:
    """Of a decision and the charge that it is about; `would`: of one that was only tried out."""
    return sentence(
        Story(
            trigger=decision.trigger,
            outcome=decision.outcome,
            balance=decision.balance,
            amount=decision.amount,
            seen=decision.seen,
            paid=None if payment is None or would else payment.status,
            paid_amount=None if payment is None else payment.amount,
            decline_code=None if payment is None else payment.decline_code,
            would=would,
        )
    )
