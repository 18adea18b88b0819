"""Notices: what who looks after the money has to hear, one letter for each of them."""

from collections.abc import Mapping
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.faults import Fault, reach
from app.store import users


async def tell(uow: UnitOfWork, kind: str, news: Mapping[UUID, Mapping[str, str]]) -> None:
    """A job of this kind for each receiver, by account, with what it is about.

    As many reads for a thousand accounts as for one.
    """
    if not news:
        return
    reach(Fault.NOTICE_DUE)
    receivers = await users.who_pays(uow.session, list(news))
    for account_id, about in news.items():
        for user_id in receivers.get(account_id, ()):
            uow.enqueue(kind, account_id, user_id=str(user_id), **about)
    reach(Fault.NOTICE_WRITTEN)
