"""What may be asked of the sandbox: checked as it comes in, and nothing else is taken."""

from datetime import UTC, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Customer: TypeAlias = Annotated[str, StringConstraints(max_length=200)]
Amount: TypeAlias = Annotated[int, Field(gt=0, lt=10**15)]
"""Micros of the currency."""


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NewCustomer(Body):
    key: UUID
    name: Annotated[str, StringConstraints(max_length=500)]


class NewCard(Body):
    """A customer that is empty is nobody in particular."""

    customer: Customer = ""
    token: Name


class NewCharge(Body):
    """`key` may be null: a charge that somebody makes by hand, which is none of ours."""

    key: UUID | None = None
    customer: Customer = ""
    token: Name
    amount: Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    notes: dict[Name, Annotated[str, StringConstraints(max_length=500)]] = Field(
        default={}, max_length=50
    )


class NewRefund(Body):
    key: UUID | None = None
    charge: Name
    amount: Amount


class Resolution(Body):
    """What becomes of a pending charge or refund; a code makes it a decline."""

    decline_code: Name | None = None


class Failure(Body):
    """How much of a charge is taken back; null: all that is left of it."""

    amount: Amount | None = None


class Reinstated(Body):
    """How much of what was taken back of a charge is returned; null: all of it."""

    amount: Amount | None = None


class Refused(Body):
    """Why the card's bank does not take a refund."""

    code: Name = "lost_or_stolen_card"


class Paging(BaseModel):
    """`after` is the `next` of the page before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: int = Field(default=0, ge=0, lt=2**63)
    limit: int = Field(default=100, ge=1, le=500)


class Window(Paging):
    """Of charges, made in [since, until)."""

    since: AwareDatetime = datetime.min.replace(tzinfo=UTC)
    until: AwareDatetime = datetime.max.replace(tzinfo=UTC)
