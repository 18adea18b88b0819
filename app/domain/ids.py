"""Global ids: opaque to clients, readable to us: the type, then the account and the row."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from app.domain.errors import InvalidInput

_UUID = 16
_LONG = 100
"""Base64 forgives what is not of its alphabet, however much; those who remember ids must not."""
_NOUNS = {
    "ringgroup": "ring group",
    "contactlist": "contact list",
    "creditnote": "credit note",
    "paymentmethod": "payment method",
    "usage": "usage event",
    "billingrun": "billing run",
    "billingrunaccount": "account of a billing run",
    "webhookendpoint": "webhook endpoint",
    "webhookdelivery": "webhook delivery",
}
ALONE = {"account", "billingrun"}
"""They are of no account but themselves: their ids hold one UUID."""


def encode(kind: str, *ids: UUID) -> str:
    """`user_` and the base64 of the account's and the row's UUID; what is alone has one UUID."""
    packed = b"".join(each.bytes for each in ids)
    return f"{kind}_{urlsafe_b64encode(packed).decode().rstrip('=')}"


def kind_of(text: str) -> str:
    return text.partition("_")[0]


def noun_of(kind: str) -> str:
    """What people call it; a kind itself has neither spaces nor `_`."""
    return _NOUNS.get(kind, kind)


def decode(kind: str, text: str, *, field: str) -> tuple[UUID, UUID]:
    """The account and the row (for what is alone both are it); InvalidInput for anything else."""
    name, _, packed = text.partition("_")
    try:
        raw = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)) if len(text) < _LONG else b""
    except ValueError:
        raw = b""
    if name != kind or len(raw) != (_UUID if kind in ALONE else 2 * _UUID):
        article = "an" if kind.startswith(("a", "e", "i", "o")) else "a"
        raise InvalidInput(
            f"This is not the id of {article} {noun_of(kind)}; take it from an answer as it is.",
            field=field,
        )
    account, row = UUID(bytes=raw[:_UUID]), UUID(bytes=raw[-_UUID:])
    return account, row
