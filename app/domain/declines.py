"""Rule I6: why a payment was declined, in words for who pays, and what helps.

The codes are those of payment providers; they agree on most of them. What a bank suspects is its
own business: a stolen card and a lost one are told alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_ELSE = "add another payment method: what is due is charged to it at once"


@dataclass(frozen=True, slots=True)
class Decline:
    """`why` follows a colon, `cure` is a sentence of its own."""

    why: str
    cure: str = f"{_ELSE.capitalize()}."


_UNSAID = Decline("the bank gave no reason", f"Ask the bank, or {_ELSE}.")
_EMPTY = Decline("there is not enough money", f"See that there is, or {_ELSE}.")
_LIMIT = Decline("a limit of the card is reached", f"Have the bank raise it, or {_ELSE}.")
_BLOCKED = Decline("the bank has blocked the card")
_GONE = Decline("the card is no longer valid")
_EXPIRED = Decline("the card has expired")
_NOT_FOR_THIS = Decline("the card does not allow charges of this kind")
_CONFIRM = Decline(
    "the bank wants its holder to confirm each charge, and nobody is there to do so",
    f"Have the bank allow it without, or {_ELSE}.",
)
_DETAILS = Decline(
    "the details of the card are not right", "Enter the card again, or take another."
)
_OUT_OF_REACH = Decline(
    "the bank could not be reached", f"Nothing has to be done; to have it over with, {_ELSE}."
)
_STOPPED = Decline("the holder has told the bank not to pay", f"Talk to the bank, or {_ELSE}.")

_BY_CODE: Mapping[Decline, tuple[str, ...]] = {
    _EMPTY: ("insufficient_funds",),
    _LIMIT: ("card_velocity_exceeded", "withdrawal_count_limit_exceeded"),
    _BLOCKED: (
        *("lost_card", "stolen_card", "pickup_card", "restricted_card", "fraudulent"),
        *("merchant_blacklist", "security_violation"),
    ),
    _GONE: (
        *("account_closed", "invalid_account", "new_account_information_available"),
        *("resource_missing", "unknown_token"),
    ),
    _EXPIRED: ("expired_card",),
    _NOT_FOR_THIS: (
        *("card_not_supported", "currency_not_supported", "transaction_not_allowed"),
        *("service_not_allowed", "not_permitted", "invalid_amount", "amount_not_supported"),
    ),
    _CONFIRM: ("authentication_required",),
    _DETAILS: (
        *("incorrect_cvc", "invalid_cvc", "incorrect_number", "invalid_number", "incorrect_zip"),
        *("incorrect_address", "invalid_expiry_month", "invalid_expiry_year"),
    ),
    _OUT_OF_REACH: (
        *("processing_error", "issuer_not_available", "try_again_later", "reenter_transaction"),
    ),
    _STOPPED: ("stop_payment_order", "revocation_of_authorization"),
}
_DECLINES = {code: decline for decline, codes in _BY_CODE.items() for code in codes}


def explained(code: str) -> Decline:
    """Also of a code that nobody has heard of: most banks say no and nothing else."""
    return _DECLINES.get(code, _UNSAID)
