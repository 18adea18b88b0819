"""Whom an invoice is addressed to, and in what language; frozen when it is issued (I3)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.domain.errors import InvalidInput
from app.domain.taxes import WHOLE
from app.domain.users import NAME_LIMIT, clean_name

ADDRESS_LINES = 8
ADDRESS_LIMIT = 500
TAX_ID_LIMIT = 40


class Language(StrEnum):
    """ISO 639-1."""

    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"
    PT = "pt"
    IT = "it"
    NL = "nl"
    JA = "ja"
    ZH = "zh"
    AR = "ar"
    HE = "he"
    EL = "el"
    RU = "ru"
    PL = "pl"


class Payer(Protocol):
    """An account, as far as an invoice is addressed to it."""

    @property
    def name(self) -> str: ...
    @property
    def legal_name(self) -> str | None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def tax_id(self) -> str | None: ...
    @property
    def language(self) -> str: ...


def bill_to(payer: Payer) -> dict[str, str | None]:
    """What an invoice keeps of its payer. Without a legal name it is the account's name."""
    return {
        "name": payer.legal_name or payer.name,
        "address": payer.address,
        "taxId": payer.tax_id,
        "language": str(payer.language),
    }


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """`tax_rate` in millionths. Empty texts are none."""

    legal_name: str | None = None
    address: str | None = None
    tax_id: str | None = None
    language: Language = Language.EN
    tax_rate: int = 0


def clean(details: BillingDetails) -> BillingDetails:
    """The same without outer spaces; InvalidInput names the field that cannot be right."""
    if not 0 <= details.tax_rate <= WHOLE:
        raise InvalidInput("A tax rate lies between 0 and 100 percent.", field="taxRate")
    return BillingDetails(
        legal_name=_name(details.legal_name),
        address=_address(details.address),
        tax_id=_tax_id(details.tax_id),
        language=details.language,
        tax_rate=details.tax_rate,
    )


def _name(value: str | None) -> str | None:
    if value is None or not value.strip():
        return None
    if len(value) > 2 * NAME_LIMIT:
        raise InvalidInput(f"A name is at most {NAME_LIMIT} characters.", field="legalName")
    return clean_name(value, field="legalName")


def _address(value: str | None) -> str | None:
    """Several lines, each without outer spaces; empty ones go."""
    if value is None:
        return None
    if len(value) > 2 * ADDRESS_LIMIT:
        raise InvalidInput(f"An address is at most {ADDRESS_LIMIT} characters.", field="address")
    lines = [line for each in value.split("\n") if (line := " ".join(each.split()))]
    address = "\n".join(lines)
    if len(lines) > ADDRESS_LINES or len(address) > ADDRESS_LIMIT:
        raise InvalidInput(
            f"An address has at most {ADDRESS_LINES} lines and {ADDRESS_LIMIT} characters.",
            field="address",
        )
    if not all(line.isprintable() for line in lines):
        raise InvalidInput("An address has no control characters.", field="address")
    return address or None


def _tax_id(value: str | None) -> str | None:
    tax_id = " ".join((value or "").split())
    if len(tax_id) > TAX_ID_LIMIT or not tax_id.isprintable():
        raise InvalidInput(
            f"A tax id is at most {TAX_ID_LIMIT} printable characters.", field="taxId"
        )
    return tax_id or None
