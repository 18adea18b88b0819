"""What companies do while faults strike, and how it has to end. Each of them pays by card, is
billed from 1 November on, and tops up 100.00 at 10.00 or less."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from redis.exceptions import RedisError

from api.ids import encode
from app.domain.money import UNIT
from app.domain.top_ups import AutoTopUp
from app.services import auto_top_up
from tests.faults.agreement import insist, until
from tests.faults.client import Partner, Refusal
from tests.faults.stack import Stack
from tests.make import Company, at, make_company

RULE = AutoTopUp(enabled=True, daily_cap=10**12, monthly_cap=10**12)
MILLE = UNIT // 1000


@dataclass
class Doing:
    """A company, and what it has done so far."""

    stack: Stack
    company: Company
    partner: Partner
    events: int = 0
    used: int = 0
    bought: int = 0
    renewals: int = 0
    later: int = 0
    plans: int = 0
    deferrals: int = 0
    refunds: int = 0
    hired: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    compared: bool = False
    hears: bool = False

    async def do(self, name: str, kind: str, answer: str = "", /, **given: object) -> object:
        account = encode("account", self.company.id)
        return await self.partner.do(name, kind, answer, accountId=account, **given)

    async def pay_with(self, token: str) -> None:
        """As often as it takes, while the provider is away."""

        async def added() -> list[str]:
            try:
                await self.do("addPaymentMethod", "AddPaymentMethodInput", token=token)
            except Refusal as refusal:
                if "does not answer" not in str(refusal):
                    raise
                return [str(refusal)]
            return []

        await until(added)

    async def wait(self) -> None:
        """Twenty minutes by its own clock: many charges at one moment would look like a burst."""
        self.later += 20
        await self.go_to(at("2025-11-01") + timedelta(minutes=self.later))

    async def go_to(self, instant: datetime) -> None:
        with suppress(Refusal):  # it is then already, and the answer was lost
            await self.do("advanceTestClock", "AdvanceTestClockInput", to=instant.isoformat())

    async def tick(self) -> None:
        """As every minute; if Valkey is away, another will come."""
        with suppress(OSError, RedisError):
            pool = await self.stack.app.bell.pool()  # type: ignore[attr-defined]
            await pool.enqueue_job("tick")


Deed = Callable[[Doing], Awaitable[None]]
"""Does it, and asks until there is an answer."""


async def subscriber(stack: Stack, partner: Partner, card: str = "card_ok") -> Doing:
    """Converted, charged and topped up for the first time, as soon as the workers have done it."""
    company = await make_company(stack.app)
    await company.start(card=card)
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, RULE)
    return Doing(stack, company, partner)


def _events(doing: Doing, number: int, quantity: int, **more: str) -> list[dict[str, object]]:
    doing.events += number
    event = {
        "kind": "SMS_SEGMENT",
        "direction": "OUTBOUND",
        "lineType": "LOCAL",
        "initiator": "AUTOMATION",
        "quantity": quantity,
        "happenedAt": "2025-11-01T10:00:00Z",
        **more,
    }
    return [{**event, "id": str(uuid4())} for _ in range(number)]


async def spend(doing: Doing) -> None:
    """93.00: with 100.00 at first, that asks for one top-up and only one."""
    doing.used += 93_000 * MILLE
    events = _events(doing, 1, 6_200)
    await doing.do("recordUsage", "RecordUsageInput", events=events)


async def upload(doing: Doing) -> None:
    """300 texts in one body, 4.50."""
    await upload_together([doing])


async def upload_together(doings: Sequence[Doing]) -> None:
    """The texts of several companies in one body."""
    lines = []
    for doing in doings:
        doing.used += 4_500 * MILLE
        account = encode("account", doing.company.id)
        lines += [{**each, "accountId": account} for each in _events(doing, 300, 1)]
    await doings[0].partner.upload(b"\n".join(map(orjson.dumps, lines)))


async def buy(doing: Doing) -> None:
    """M5: 50.00, once; whoever asks again with the key gets the same payment."""
    given = {"amount": "50.00", "idempotencyKey": str(uuid4())}
    asked = ("buyCredits", "BuyCreditsInput", "payment { id }")
    try:
        first = await doing.do(*asked, **given)
    except Refusal:  # a top-up is being charged: nothing was bought
        return
    doing.bought += 1
    assert await doing.do(*asked, **given) == first
    with pytest.raises(Refusal):
        await doing.do(*asked, **{**given, "amount": "51.00"})


async def hire(doing: Doing) -> None:
    """U6: a user, who gets a letter with a link."""
    email = f"{uuid4().hex}@example.com"
    doing.hired.append(email)
    with suppress(Refusal):  # it was done, and its answer was lost
        await doing.do(
            "createUser", "CreateUserInput", firstName="Ada", lastName="Lovelace", email=email
        )


async def defer(doing: Doing) -> None:
    """M2: 100 texts, 1.50, by a carrier whose fee is debited on the next day."""
    doing.used += 1_500 * MILLE
    doing.deferrals += 1
    events = _events(doing, 1, 100, carrier="att")
    await doing.do("recordUsage", "RecordUsageInput", events=events)
    await doing.go_to(at("2025-11-02"))


async def plan(doing: Doing) -> None:
    """A dry run of the next 1st."""
    doing.plans += 1
    account = encode("account", doing.company.id)
    given = {"sandbox": True, "accountIds": [account], "period": "2025-12-01"}
    await doing.partner.do("startBillingRun", "StartBillingRunInput", "", **given)


async def month(doing: Doing) -> None:
    """C5: it is the 1st; nobody tells the workers but the tick."""
    doing.renewals += 1
    await insist(lambda: doing.company.set(test_clock=at("2025-12-01", "00:00")))
    await doing.tick()
