"""A company that has a row in every table."""

from dataclasses import replace

from app.bootstrap import Perseat
from app.domain.api_keys import Environment
from app.domain.money import UNIT
from app.domain.plans import Component
from app.domain.rates import Cells
from app.domain.top_ups import AutoTopUp
from app.domain.usage import Initiator, UsageKind
from app.domain.users import Role, UserStatus
from app.models.api_keys import KeyRole
from app.services import (
    alerts,
    api_keys,
    auto_top_up,
    credits,
    deliveries,
    idempotency,
    roles,
    webhooks,
)
from app.services.api_keys import NewKey
from app.services.rate_changes import NewRate, set_negotiated_rate
from app.webhooks.sender import Sender
from tests.auditing import asking
from tests.holding import held
from tests.logging_in import choose, enter
from tests.make import TESTER, Company, at, drain, make_company, sms
from tests.services.paying import hear, refund, taken, taken_back


async def lived(app: Perseat) -> Company:
    company = await make_company(app, users=2, on="2025-10-01")
    await company.rent(Component.LOCAL_NUMBER, 1)
    async with company.begin() as uow:  # without a card: a refusal
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    await drain(app)
    await company.set_minimum(1)
    await company.convert()
    await company.negotiate(Component.VOICE_ANALYTICS, "9.00")
    await company.change_plan("ipro")
    await company.go_to("2025-11-16")
    await company.add()
    await company.change((await company.people())[0], UserStatus.PAUSED)
    await held(company, "spring", sms(initiator=Initiator.AGENT), until=at("2025-11-20"))
    async with company.begin() as uow:
        await alerts.set_credit_alerts(uow, company.id, [100 * UNIT - 1])
    await company.record(sms(10, carrier="att"))
    await company.attach((await company.people())[0])
    async with company.begin() as uow:
        staff = (await company.people())[0]
        await roles.grant_role(uow, company.id, staff.id, Role.SUPERVISOR, actor=TESTER)
        rate = NewRate(None, Cells(UsageKind.LOOKUP), 1_000)
        await set_negotiated_rate(uow, company.id, rate, actor=TESTER)

        async def buy() -> dict[str, str]:
            return {"payment": str((await credits.buy_credits(uow, company.id, 25 * UNIT)).id)}

        await idempotency.once(uow, company.id, "key", "request", buy)
    await choose(company, staff)
    await enter(company, staff)
    async with asking(app, company.id) as uow:
        crm = NewKey(KeyRole.PARTNER, "CRM")
        await api_keys.create_api_key(uow, company.id, crm, pepper=app.key_pepper)
    await drain(app)
    async with app.operators.begin() as uow:
        reseller = NewKey(KeyRole.PARTNER, "reseller")
        key, _ = await api_keys.create_partner_key(
            uow, Environment.TEST, reseller, pepper=app.key_pepper
        )
        await api_keys.grant_api_key(uow, company.id, key.id, actor=TESTER)
    await company.set(tax_rate=190_000)
    await company.use_card("card_declined")
    await company.go_to("2025-12-02")
    renewal = (await company.invoice_rows())[-1].id
    instead = await company.void(renewal, reissue=True)
    assert instead is not None
    await company.credit(instead.id)
    await company.rent(Component.LOCAL_NUMBER, 1)  # an unbilled charge again
    await company.pay_afterwards(subscription=True)
    bought = await taken(company)
    await hear(company, taken_back(bought, bought.amount))
    await hear(company, replace(bought, returned=UNIT))
    first = (await company.invoice_rows())[0]
    await refund(company, (await company.credit(first.id)).id)
    await drain(app)
    await listen(company)
    return company


async def listen(company: Company) -> None:
    """An endpoint of webhooks, and one that is on its way to it, after a first attempt."""
    ground = webhooks.Ground(company.app.signing_key)
    async with company.begin() as uow:
        wish = webhooks.Wish("https://hooks.example.com/perseat")
        endpoint, _ = await webhooks.create(uow, company.id, wish, ground)
        await webhooks.send_test(uow, company.id, endpoint.id)
    app, sender = company.app, Sender(lookup=_nowhere)
    await deliveries.deliver(app.operators, sender, app.signing_key, company.id, endpoint.id)
    await sender.close()


async def _nowhere(*_: object) -> list[str]:
    return ["10.0.0.1"]
