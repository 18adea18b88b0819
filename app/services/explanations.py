"""Charges explained (I5): the sentence, the causes and the recount of each, for many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.domain.causes import AddOnCame, Cause, Fees, Priced, Used, UserCame
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
from app.store import plans, usage_spans
from app.store.facts import Keys, keys_of, originals


@dataclass(frozen=True, slots=True)
class Explained:
    """One charge: as stored, in words, with its causes, and computed again."""

    facts: Facts
    sentence: str
    causes: list[Cause]
    recount: Recount


async def explain(session: AsyncSession, keys: Keys) -> dict[tuple[UUID, UUID], Explained]:
    """By account and charge; ten reads for any number of charges. One that was issued again is
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
    usage = await _usage(session, found)
    explained = {}
    for facts in found:
        id_, prices = facts.charge.id, books[facts.charge.account_id]
        story = Story(
            [_user(row, facts) for row in people.get(id_, ())],
            [_add_on(row, facts) for row in add_ons.get(id_, ())],
            usage.get(id_, ()),
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


async def _usage(
    session: AsyncSession, found: Sequence[Facts]
) -> Mapping[UUID, Sequence[Used | Fees]]:
    """M7, M8: by charge, what was debited: usage by kind, the dearest first, then carriers' fees;
    together it is what the credits did not cover."""
    spans = {each.charge.id: span for each in found if (span := each.usage_span)}
    all_ = list(spans.values())
    used = await usage_spans.used(session, all_)
    edges = await usage_spans.edges(session, all_)
    fees = await usage_spans.fees(session, all_)
    return {
        id_: [
            *_used(used.get(index, ()), {row.kind: row for row in edges.get(index, ())}),
            *(Fees(row.events, row.amount, row.first, row.last) for row in fees.get(index, ())),
        ]
        for index, id_ in enumerate(spans)
    }


def _used(rows: Sequence[Any], edges: Mapping[str, Any]) -> list[Used]:
    """The days of each kind together."""
    kinds: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row)
    found = [
        Used(
            UsageKind(kind),
            sum(day.events for day in days),
            sum(day.quantity for day in days),
            sum(day.amount for day in days),
            edges[kind].first,
            edges[kind].last,
        )
        for kind, days in kinds.items()
    ]
    return sorted(found, key=lambda each: (-each.amount, each.kind))


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
