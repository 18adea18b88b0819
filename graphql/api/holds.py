"""Holds: credits that are set aside for a campaign."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.account_row import AccountRow
from api.actors import WHO, name_of
from api.context import Info
from api.errors import UserError
from api.ids import decode_for, encode
from api.money import Money
from api.mutations import mutate, user_errors
from app.db.unit_of_work import UnitOfWork
from app.domain.holds import HoldStatus, left, status
from app.services import holds as service
from app.services.locks import any_account_locked, time_of


@strawberry.type(
    description="Credits that are set aside for usage that was authorised. They are not spent: "
    "the balance, and the automatic top-up that watches it, do not change by a hold."
)
class Hold:
    id: strawberry.ID = strawberry.field(
        description="Opaque global id; events that are reported with it draw on the hold."
    )
    reference: str = strawberry.field(description="The partner's name for the campaign.")
    status: HoldStatus = strawberry.field(description="Whether it holds anything.")
    amount: Money = strawberry.field(description="What was set aside: the estimate.")
    used: Money = strawberry.field(
        description="What was posted for it; may be more than the amount, for facts are facts."
    )
    remaining: Money = strawberry.field(
        description="What it still sets aside; zero as soon as it is over."
    )
    expires_at: datetime = strawberry.field(
        description="From then on, by the account's clock, it holds nothing."
    )
    released_at: datetime | None = strawberry.field(description="When it was released, if so.")
    created_at: datetime = strawberry.field(description="When it was made.")
    by: strawberry.Private[tuple[UUID, str]]

    @classmethod
    def of(cls, row: Any, currency: str, now: datetime) -> "Hold":
        state = status(row.expires_at, row.released_at, now)
        rest = left(row.amount, row.used) if state is HoldStatus.OPEN else 0
        released = row.released_at if state is HoldStatus.RELEASED else None
        return cls(
            id=encode("hold", row.account_id, row.id),
            reference=row.reference,
            status=state,
            amount=Money.of(row.amount, currency),
            used=Money.of(row.used, currency),
            remaining=Money.of(rest, currency),
            expires_at=row.expires_at,
            released_at=released,
            created_at=row.created_at,
            by=(row.account_id, row.actor),
        )

    @strawberry.field(description=WHO)
    async def actor(self, info: Info) -> str:
        return await name_of(info, *self.by)

    @classmethod
    async def load(cls, uow: UnitOfWork, row: Any) -> "Hold":
        (hold,) = await cls.load_all(uow, row.account_id, [row])
        return hold

    @classmethod
    async def load_all(cls, uow: UnitOfWork, account_id: UUID, rows: Sequence[Any]) -> list["Hold"]:
        """Of one account, at its time."""
        if not rows:
            return []
        account = await any_account_locked(uow, account_id)
        return [cls.of(row, account.currency, time_of(uow, account)) for row in rows]


@strawberry.input(description="Set the estimate aside, if the answer is yes.")
class HoldInput:
    reference: str = strawberry.field(
        description="Yours, up to 200 characters: stands for one hold while that is open. The "
        "same question with it again is the same hold; another one with it is an error."
    )
    expires_at: datetime = strawberry.field(description="At most 31 days ahead.")


@strawberry.input(description="Give back what a hold still sets aside.")
class ReleaseHoldInput:
    id: strawberry.ID = strawberry.field(description="The hold.")


@strawberry.input(description="Make an open hold longer.")
class ExtendHoldInput:
    id: strawberry.ID = strawberry.field(description="The hold.")
    expires_at: datetime = strawberry.field(
        description="Later than before, at most 31 days after it was made."
    )


@strawberry.type(description="What came of changing a hold.")
class HoldPayload:
    hold: Hold | None = strawberry.field(default=None, description="The hold afterwards.")
    user_errors: list[UserError] = user_errors()


@strawberry.type
class HoldQuery:
    @strawberry.field(description="A hold; null if there is none, or it is not yours.")
    async def hold(self, info: Info, id: strawberry.ID) -> Hold | None:
        account_id, hold_id = decode_for(info.context.principal, "hold", id, field="id")
        loaders = info.context.loaders
        rows = await loaders.hold.load((account_id, hold_id))
        if not rows:
            return None
        (account,) = await loaders.account.load((account_id,))
        return Hold.of(rows[0], account.currency, AccountRow(row=account).now(info))


@strawberry.type
class HoldMutation:
    @strawberry.mutation(
        description="Release a hold: what it still sets aside is available again. One that is "
        "over stays as it is, and that is a success."
    )
    async def release_hold(self, info: Info, input: ReleaseHoldInput) -> HoldPayload:
        async def work(uow: UnitOfWork, account_id: UUID, hold_id: UUID) -> HoldPayload:
            row = await service.release(uow, account_id, hold_id)
            return HoldPayload(hold=await Hold.load(uow, row))

        return await mutate(info, HoldPayload, ("hold", input.id, "id"), work)

    @strawberry.mutation(description="Make an open hold longer; what has expired is asked anew.")
    async def extend_hold(self, info: Info, input: ExtendHoldInput) -> HoldPayload:
        async def work(uow: UnitOfWork, account_id: UUID, hold_id: UUID) -> HoldPayload:
            row = await service.extend(uow, account_id, hold_id, input.expires_at)
            return HoldPayload(hold=await Hold.load(uow, row))

        return await mutate(info, HoldPayload, ("hold", input.id, "id"), work)
