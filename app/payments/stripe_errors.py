"""What Stripe's errors mean: a refusal that is certain, or no answer to rely on.

They are told by their kind, code and the id under which Stripe's dashboard has the request. The
errors themselves go no further: they hold headers and whole bodies.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from stripe import CardError, InvalidRequestError, StripeError

from app.clock import SystemClock
from app.payments.provider import Charge, ChargeStatus, Order, OutcomeUnknown, UnknownCard

_CERTAIN = frozenset({"amount_too_small", "amount_too_large", "payment_method_unexpected_state"})


class _Hurried(Protocol):
    deadline: float


_P = ParamSpec("_P")
_T = TypeVar("_T")
_S = TypeVar("_S", bound=_Hurried)


def answered(
    call: Callable[Concatenate[_S, _P], Awaitable[_T]],
) -> Callable[Concatenate[_S, _P], Coroutine[Any, Any, _T]]:
    """OutcomeUnknown for every error that is left, what is no answer, and after the deadline."""

    @wraps(call)
    async def asked(self: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            async with asyncio.timeout(self.deadline):
                return await call(self, *args, **kwargs)
        except TimeoutError:
            raise OutcomeUnknown("Stripe did not answer in time") from None
        except StripeError as error:
            raise OutcomeUnknown(_said(error)) from None
        except (LookupError, AttributeError) as error:
            raise OutcomeUnknown("Stripe's answer cannot be read") from error

    return asked


def refusal(error: InvalidRequestError) -> str | None:
    """The code of what can never be charged, None if the request itself was wrong.

    If a customer is missing the key may be that of another account: that declines nobody's card.
    """
    if error.code == "resource_missing" and error.param == "payment_method":
        return error.code
    return error.code if error.code in _CERTAIN else None


def refused(order: Order, code: str, request_id: str | None = None) -> Charge:
    """A charge of which Stripe has no intent: at most its log has the request."""
    return Charge(
        reference=request_id or str(order.key),
        key=order.key,
        status=ChargeStatus.DECLINED,
        amount=order.amount,
        currency=order.currency,
        created_at=SystemClock().now(),
        decline_code=code,
        notes=order.notes,
        customer=order.customer,
    )


def decline_code(error: CardError) -> str:
    return (error.error and error.error.decline_code) or error.code or "card_declined"


def unknown_card(error: CardError | InvalidRequestError) -> UnknownCard:
    return UnknownCard((error.user_message or _said(error)).rstrip("."))


def _said(error: StripeError) -> str:
    cause = type(error.__cause__).__name__ if error.__cause__ else None
    told = (cause, error.http_status, error.code, error.request_id)
    return " ".join([f"Stripe: {type(error).__name__}", *(str(each) for each in told if each)])
