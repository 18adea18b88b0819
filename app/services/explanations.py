"""Charges explained (I5): the sentence, the causes and the recount of each, for many at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.causes import AddOnCame, Cause, Priced, Used, UserCame
from app.domain.explanations import sentences
from app.domain.facts import Facts
from app.domain.periods import local_date
from app.domain.plans import Component, PriceBook
from app.domain.recounts import Recount, check, price_of
from app.domain.stories import Story, causes
from app.domain.usage import UsageKind
from app.domain.users import UserStatus
from app.services import recounts
from app.store import causes as store
from app.store import plans
from app.store.facts import Keys, keys_of, originals


@dataclass(frozen=True, slots=True)
class Explained:
    """One charge: as stored, in words, with its causes, and computed again."""

    facts: Facts
    sentence: str
    causes: list[Cause]
    recount: Recount


async def explain(session: AsyncSession, keys: Keys) -> dict[tuple[UUID, UUID], Explained]:
    """By account and charge; seven reads for any number of charges. One that was issued again is
    explained as the first time."""
    firsts = await originals(session, keys)
    first = {key: (key[0], firsts.get(key, key[1])) for key in keys}
    explained = await _explain(session, list(dict.fromkeys(first.values())))
    return {key: explained[first[key]] for key in keys if first[key] in explained}


async def _explain(session: AsyncSession, keys: Keys) -> dict[tuple[UUID, UUID], Explained]:
    books = await plans.price_books(session, list({account_id for account_id, _ in keys}))
    found = await recounts.load(session, keys)
    people = await store.people(session, keys)
    add_ons = await store.add_ons(session, keys)
    usage = await store.usage(session, keys)
    explained = {}
    for facts in found:
        id_, prices = facts.charge.id, books[facts.charge.account_id]
        story = Story(
            [_user(row, facts) for row in people.get(id_, ())],
            [_add_on(row, facts) for row in add_ons.get(id_, ())],
            [_used(row) for row in usage.get(id_, ())],
            _priced(facts, prices),
        )
        explained[facts.charge.account_id, id_] = Explained(
            facts, sentences(facts, story), list(causes(facts, story)), check(facts, prices)
        )
    return explained


async def of_charge_or_invoice(
    session: AsyncSession, account_id: UUID | None, id_: UUID
) -> list[Explained]:
    """The charge of this id, or the charges of the invoice of this id; none if there is neither."""
    keys = await keys_of(session, account_id, id_)
    found = await explain(session, keys) if keys else {}
    return [found[key] for key in keys]


def _user(row: Any, facts: Facts) -> UserCame:
    """A deleted user is still a row, and keeps the name (U5)."""
    return UserCame(
        user_id=row.user_id,
        name=f"{row.first_name} {row.last_name}",
        before=row.from_status and UserStatus(row.from_status),
        after=UserStatus(row.to_status),
        at=row.at,
        day=local_date(row.at, facts.timezone),
        actor=row.actor,
        reason=row.reason,
    )


def _add_on(row: Any, facts: Facts) -> AddOnCame:
    return AddOnCame(
        change_id=row.id,
        component=Component(row.component),
        quantity=row.quantity,
        at=row.at,
        day=local_date(row.at, facts.timezone),
        actor=row.actor,
    )


def _used(row: Any) -> Used:
    return Used(UsageKind(row.kind), row.events, row.quantity, row.amount, row.first, row.last)


def _priced(facts: Facts, prices: PriceBook) -> Priced | None:
    found = price_of(facts, prices)
    if found is None:
        return None
    subscription, price = found
    return Priced(
        plan_id=subscription.plan_id,
        plan_name=subscription.plan_name,
        component=price.component,
        term=price.term,
        amount=price.amount,
        since=price.start,
        at=facts.charge.posted_at,
    )
