"""The gate and a naive model of it give the same answers, whatever happens in between."""

import os
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.domain.errors import BillingError, Conflict
from app.domain.holds import NewHold
from app.services import holds
from app.services.verify import verify
from app.store import funds
from tests.holding import ask
from tests.make import Company, at, dollars, make_company, sms
from tests.model.gate import Gate, Held
from tests.model.world import World

EXAMPLES = int(os.environ.get("PERSEAT_MODEL_EXAMPLES", "4"))
STEPS = int(os.environ.get("PERSEAT_MODEL_STEPS", "20"))
PROFILE = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
START = at("2025-11-01")
REFERENCES = st.sampled_from("abc")
QUANTITIES = st.integers(1, 150)
HOURS = st.integers(1, 30)


class Questions(RuleBasedStateMachine):
    """Any partner: it asks, or uses without asking."""

    world: World
    company: Company

    @initialize()
    def begin(self) -> None:
        self.gate = Gate(START)
        self.ids: dict[int, UUID] = {}
        self.company = self.run(make_company(self.world.app))

    def run(self, work: Any) -> Any:
        return self.world.loop.run_until_complete(work)

    @rule(amount=st.integers(1, 4))
    def buy(self, amount: int) -> None:
        self.run(self.company.buy(str(amount)))
        self.gate.balance += dollars(str(amount))

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        now = self.gate.now + timedelta(hours=hours)
        if now < at("2025-11-29"):
            self.run(self.company.set_clock(f"{now:%Y-%m-%d}", f"{now:%H:%M}"))
            self.gate.now = now

    @rule(quantity=QUANTITIES)
    def question(self, quantity: int) -> None:
        answer = self.run(ask(self.company, sms(quantity)))
        assert answer.allowed == self.gate.says_yes(quantity)
        assert answer.allowed == (answer.projected_balance >= 0)
        assert self.run(ask(self.company, sms(quantity, initiator="AGENT"))).allowed

    @rule(reference=REFERENCES, quantity=QUANTITIES, hours=HOURS)
    def hold(self, reference: str, quantity: int, hours: int) -> None:
        until = self.gate.now + timedelta(hours=hours)
        expected = self.gate.hold(reference, quantity, until)
        assert self._hold(reference, quantity, until) == expected

    @rule(reference=REFERENCES)
    def hold_again(self, reference: str) -> None:
        known = self.gate.open_hold(reference)
        if known is not None:
            assert self._hold(reference, *known.body) == "the same"

    def _hold(self, reference: str, quantity: int, until: Any) -> str:
        try:
            new = NewHold(reference, until)
            answer = self.run(ask(self.company, sms(quantity), hold=new))
        except Conflict:
            return "conflict"
        if answer.hold is None:
            return "no"
        if answer.hold.id in self.ids.values():
            return "the same"
        self.ids[len(self.gate.holds) - 1] = answer.hold.id
        return "new"

    @rule(number=st.integers(0, 20))
    def release(self, number: int) -> None:
        if number in self.ids:
            _, hold = self.gate.holds[number]
            hold.released = hold.released or self.gate.is_open(hold)
            self.run(self._change(holds.release, self.ids[number]))

    @rule(number=st.integers(0, 20), hours=HOURS)
    def extend(self, number: int, hours: int) -> None:
        if number in self.ids:
            _, hold = self.gate.holds[number]
            until = hold.until + timedelta(hours=hours)
            may = self.gate.is_open(hold) and until <= START + timedelta(days=31)
            try:
                self.run(self._change(holds.extend, self.ids[number], until))
            except BillingError:
                assert not may
            else:
                hold.until = until

    async def _change(self, change: Any, hold_id: UUID, *more: Any) -> None:
        async with self.company.begin() as uow:
            await change(uow, self.company.id, hold_id, *more)

    @rule(number=st.integers(0, 20), quantity=QUANTITIES)
    def use(self, number: int, quantity: int) -> None:
        _, hold = self.gate.holds[number] if number in self.ids else ("", None)
        if self.uses(quantity, hold):
            event = sms(quantity, hold_id=str(self.ids[number]) if hold else None)
            self.run(self.company.record(event))
            self.gate.use(quantity, hold)

    def uses(self, _: int, __: Held | None) -> bool:
        return True

    @invariant()
    def the_same_is_held(self) -> None:
        if hasattr(self, "ids"):
            seen = self.run(self._seen())
            assert (seen.balance, seen.held) == (self.gate.balance, self.gate.held)

    async def _seen(self) -> Any:
        async with self.company.begin() as uow:
            return await funds.of_account(uow.session, self.company.id, self.gate.now)


class Promises(Questions):
    """A partner that keeps to the answers: it uses what it was told that it may."""

    def uses(self, quantity: int, hold: Held | None) -> bool:
        if hold is not None:
            return self.gate.is_open(hold) and hold.used + quantity * 15_000 <= hold.amount
        return bool(self.run(ask(self.company, sms(quantity))).allowed)

    @invariant()
    @precondition(lambda self: hasattr(self, "gate"))
    def no_promise_goes_past_zero(self) -> None:
        assert self.gate.balance >= self.gate.held >= 0


@pytest.mark.parametrize("machine", [Questions, Promises])
@pytest.mark.timeout(600)
def test_nobody_is_promised_what_is_not_there(world: World, machine: type[Questions]) -> None:
    """M4: an account that may not go negative is never authorised past zero."""
    made = type(machine.__name__, (machine,), {"world": world})
    run_state_machine_as_test(made, settings=PROFILE)
    assert world.loop.run_until_complete(_broken(world)) == []


async def _broken(world: World) -> list[object]:
    return [each.findings async for each in verify(world.app.operators) if each.count]
