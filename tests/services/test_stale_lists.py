"""P6 of the invariants: a provider's list grows old while it is read; what was overtaken meanwhile,
also by news that changed nothing here, is neither booked nor confirmed."""

from collections.abc import AsyncIterator
from datetime import datetime

from app.bootstrap import Perseat
from app.domain.money import UNIT
from app.payments.provider import Charge
from app.services import reconciliation
from tests.make import at_machine_time
from tests.services.reconciling import LATER, book, found
from tests.services.test_lost_again import Deciding, disputed, look


class Overtaken(Deciding):
    """What it lists is what was there before it was decided `anew`."""

    listed: Charge

    async def charges(self, since: datetime, until: datetime) -> AsyncIterator[Charge]:
        async for each in self._provider.charges(since, until):
            yield self.listed if each.reference == self.state.reference else each


async def test_a_victory_that_was_lost_meanwhile_is_not_booked(own_app: Perseat) -> None:
    company, _, lost, won = await disputed(own_app)
    await look(company, lost)
    provider = Overtaken(own_app.provider, lost)
    provider.listed = won
    then = at_machine_time(own_app, own_app.clock.now() + LATER)
    span = await reconciliation.span_of(then.operators, provider.name, None, None)

    row = await reconciliation.reconcile(then.operators, provider, span, actor="test")

    assert found(row) == []
    assert [each.status for each in await company.invoice_rows()] == ["PAST_DUE"]
    assert (await book(company, "CLEARING"), await book(company, "BANK")) == (0, 0)


async def test_what_is_gone_since_it_was_listed_is_no_difference(own_app: Perseat) -> None:
    company, charge, lost, _ = await disputed(own_app)
    await look(company, lost)
    provider = Overtaken(own_app.provider, lost)
    provider.listed = charge
    then = at_machine_time(own_app, own_app.clock.now() + LATER)
    span = await reconciliation.span_of(then.operators, provider.name, None, None)

    row = await reconciliation.reconcile(then.operators, provider, span, actor="test")

    assert found(row) == []
    assert await book(company, "CLEARING") == 0
    assert await book(company, "BANK") == 0 * UNIT
