"""What happened to an account, for a terminal: newest first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.db.unit_of_work import Transactions
from app.domain.errors import NotFound
from app.domain.histories import done, happened
from app.store import accounts, pages
from app.store.histories import EVENT
from app.store.pages import Page


def sentence(row: Any) -> str:
    if row.source == EVENT:
        return happened(row.kind, row.data)
    return done(row.kind, row.actor, row.reason)


async def newest(transactions: Transactions, account_id: UUID, most: int) -> Sequence[Any]:
    async with transactions.begin() as uow:
        if await accounts.get(uow.session, account_id) is None:
            raise NotFound("account", field="account")
        page = Page("history", most, equals=(("account_id", account_id),))
        return (await pages.of_all_accounts(uow.session, page))[:most]
