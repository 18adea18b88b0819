"""What is read of credits: entries, holds, alerts, what was spent, and debts."""

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import col, or_
from strawberry.dataloader import DataLoader

from api.reads.reader import Reader
from app.domain.burn import Spent
from app.domain.debts import DebtStory
from app.domain.payments import OPEN, Purpose
from app.models import Payment, UsageDeferral
from app.services import debt_stories
from app.store import (
    alerts,
    burn,
    entries,
    funds,
    holds,
    post_paid,
)
from app.store.licenses import Moment
from app.store.pages import Page

_FOR_CREDITS = col(Payment.purpose) != Purpose.INVOICE
_IN_FLIGHT = or_(*(col(Payment.status) == each for each in sorted(OPEN)))
_NOT_POSTED = col(UsageDeferral.posted_at).is_(None)


class CreditsReads(Reader):
    @cached_property
    def credits(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credits", ("account_id",))

    @cached_property
    def funds(self) -> DataLoader[Moment, Any]:
        return self._loader(funds.of, None)

    @cached_property
    def spent(self) -> DataLoader[Moment, Spent | None]:
        return self._loader(burn.spent, None)

    @cached_property
    def spend(self) -> DataLoader[burn.Span, list[Any]]:
        return self._loader(burn.totals, ())

    @cached_property
    def batch(self) -> DataLoader[entries.Debit, list[Any]]:
        return self._loader(entries.batches, ())

    @cached_property
    def open_payments(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """For credits: there is one at most."""
        return self._grouped("payments", ("account_id",), _FOR_CREDITS, _IN_FLIGHT)

    @cached_property
    def deferrals(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        """Recorded, and not posted yet."""
        return self._grouped("usage_deferrals", ("account_id",), _NOT_POSTED)

    @cached_property
    def hold(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("usage_holds", ("account_id", "id"))

    @cached_property
    def open_holds(self) -> DataLoader[Moment, list[Any]]:
        return self._loader(holds.open_ones, ())

    @cached_property
    def alerts(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("credit_alerts", ("account_id",))

    @cached_property
    def last_crossed(self) -> DataLoader[tuple[UUID, UUID], Any]:
        return self._loader(alerts.last_crossed, None)

    @cached_property
    def entries(self) -> DataLoader[tuple[Page, UUID], list[Any]]:
        return self._by_page(
            lambda session, page, ids: entries.page(session, ids, page.first + 1, page.after)
        )

    @cached_property
    def debt_of_charge(self) -> DataLoader[tuple[UUID, UUID], DebtStory | None]:
        return self._loader(debt_stories.of_charges, None)

    @cached_property
    def debt(self) -> DataLoader[Moment, DebtStory | None]:
        return self._loader(debt_stories.present, None)

    @cached_property
    def dearest_month(self) -> DataLoader[Moment, int]:
        return self._loader(post_paid.dearest_months, 0)

    @cached_property
    def top_up_decisions(self) -> DataLoader[tuple[UUID, ...], list[Any]]:
        return self._grouped("top_up_decisions", ("account_id", "payment_id"))
