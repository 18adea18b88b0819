"""A look changes nothing and waits for nobody."""

import asyncio
from uuid import uuid4

from sqlalchemy import AsyncAdaptedQueuePool

from api.ids import encode
from api.loaders import Loaders
from app.bootstrap import Perseat
from app.domain.access import Principal, permitted
from app.domain.permissions import ActorRole
from app.services import credits
from app.services.locks import any_account_locked
from tests.api.conftest import Client
from tests.dump import dump
from tests.make import at, make_company, sms

EVERYTHING = """query($id: ID!) { account(id: $id) {
    status licenses { held occupied available } licenseCalendar { days { day held occupied } }
    unbilledCharges { amount { amount } } upcomingInvoice { total { amount } }
    monthToDate { total { amount } } monthlyCost { total { amount } }
    subscription { plan { id } term } addOns { quantity } users(first: 5) { nodes { status } }
    invoices { nodes { status total { amount } charges { explanation } } }
    credits { balance { amount } entries { nodes { amount { amount } } } topUps { nodes { status } }
        refusals { nodes { reason } } funds { available { amount } } pending { kind }
        holds { nodes { status } } alerts { armed } alertCrossings { nodes { at } }
        forecast { sentence } spend(from: "2026-01-01", to: "2026-01-15") { total { amount } } }
    paymentMethods { last4 } timeline { nodes { kind } } usage { nodes { id } } } }"""


async def test_a_query_writes_nothing_while_everything_is_under_way(
    own_app: Perseat, own_ops: Client
) -> None:
    """I3, I6: a 1st that is not billed, a payment that is open, an account that is locked."""
    company = await make_company(own_app, users=3, may_go_negative=True)
    await company.start()
    await company.record(sms(5000, happened_at=at("2025-11-01")))
    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 50_000_000)
    await company.set_clock("2026-01-15")
    before = await dump(own_app)

    async with own_app.operators.begin() as uow:
        await any_account_locked(uow, company.id)
        answer = await own_ops.data(EVERYTHING, id=encode("account", company.id))

    assert answer["account"]["licenses"]["occupied"] == 3
    assert await dump(own_app) == before


async def test_what_nobody_waits_for_any_more_keeps_no_connection(own_app: Perseat) -> None:
    """A field that has failed ends the request while its neighbours are still about to read."""
    company = await make_company(own_app)
    roles = {ActorRole.OPS}
    loaders = Loaders(own_app, Principal(uuid4(), "ops", frozenset(roles), None, permitted(roles)))

    late = asyncio.ensure_future(loaders.account.load((company.id,)))
    await loaders.close()
    rows = await late

    assert [each.id for each in rows] == [company.id]
    assert isinstance(own_app.operators.engine.pool, AsyncAdaptedQueuePool)
    assert own_app.operators.engine.pool.checkedout() == 0
