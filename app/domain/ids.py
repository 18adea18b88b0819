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
    return f"{kind}_{_packed(b''.join(each.bytes for each in ids))}"


def kind_of(text: str) -> str:
    return text.partition("_")[0]


def noun_of(kind: str) -> str:
    """What people call it; a kind itself has neither spaces nor `_`."""
    return _NOUNS.get(kind, kind)


def _unpacked(packed: str) -> bytes:
    """Empty for what we have not written so: of each thing there is one id, to compare and to keep
    by, and base64 forgives other last letters."""
    try:
        raw = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)) if len(packed) < _LONG else b""
    except ValueError:
        return b""
    return raw if _packed(raw) == packed else b""


def _packed(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decode(kind: str, text: str, *, field: str) -> tuple[UUID, UUID]:
    """The account and the row (for what is alone both are it); InvalidInput for anything else."""
    name, _, packed = text.partition("_")
    raw = _unpacked(packed)
    if name != kind or len(raw) != (_UUID if kind in ALONE else 2 * _UUID):
        article = "an" if kind.startswith(("a", "e", "i", "o")) else "a"
        raise InvalidInput(
            f"This is not the id of {article} {noun_of(kind)}; take it from an answer as it is.",
            field=field,
        )
    account, row = UUID(bytes=raw[:_UUID]), UUID(bytes=raw[-_UUID:])
    return account, row
