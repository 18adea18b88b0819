"""A company that is known by its GraphQL alone: what a partner's sandbox sees of it."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

from app.bootstrap import Perseat
from tests.api.conftest import Client
from tests.make import drain

_numbers = count(1)
CHARGES = (
    "quantity unitAmount { amount } amount { amount } period { days } derivation { rule steps }"
)
STATE = f"""query($id: ID!, $month: Date) {{ account(id: $id) {{
    users(first: 100) {{ nodes {{ id status roles }} }}
    unbilledCharges {{ {CHARGES} }}
    invoices(first: 50) {{ nodes {{
        kind status issuedOn total {{ amount }} charges {{ {CHARGES} }} }} }}
    credits {{ balance {{ amount }} topUps {{ nodes {{ purpose status amount {{ amount }} }} }} }}
    monthlyCost(month: $month) {{
        subscription {{ amount }} usage {{ amount }} total {{ amount }}
        usageEvents includedEvents }}
}} }}"""

CELLS = {
    "consumer inbound local minute": ("CALL_MINUTE", "INBOUND", "LOCAL", "CONSUMER"),
    "agent outbound local minute": ("CALL_MINUTE", "OUTBOUND", "LOCAL", "AGENT"),
    "automated outbound SMS segment": ("SMS_SEGMENT", "OUTBOUND", "LOCAL", "AUTOMATION"),
    "power-dialer outbound minute": ("CALL_MINUTE", "OUTBOUND", "LOCAL", "POWER_DIALER"),
    "look-up": ("LOOKUP", "OUTBOUND", "LOCAL", "API"),
}


def cell(what: str) -> dict[str, str]:
    return dict(zip(("kind", "direction", "lineType", "initiator"), CELLS[what], strict=True))


@dataclass
class Living:
    """An account of its own clock; each call is a request, and then the workers do their work."""

    app: Perseat
    ops: Client
    id: str = ""

    async def do(self, name: str, answer: str = "", /, **given: Any) -> dict[str, Any]:
        done = await self.ops.mutate(name, answer, **given)
        assert done["userErrors"] == [], (name, done["userErrors"])
        await drain(self.app)
        return done

    async def sign_up(self, plan: str, on: str, users: int, **more: object) -> None:
        boss = {
            "firstName": "Boss",
            "lastName": "Boss",
            "email": f"boss{next(_numbers)}@golden.org",
        }
        clock = f"{on}T12:00:00Z"
        given = {"name": "Golden", "planId": plan, "administrator": boss, "testClock": clock}
        made = await self.do("createAccount", "account { id }", **given, **more)
        self.id = made["account"]["id"]
        await self.add(users - 1)

    async def add(self, number: int) -> None:
        for _ in range(number):
            email = f"user{next(_numbers)}@golden.org"
            names = {"firstName": "User", "lastName": "User", "email": email}
            await self.do("createUser", accountId=self.id, **names)

    async def convert(self, term: str = "MONTHLY") -> None:
        await self.do("addPaymentMethod", accountId=self.id, token="card_ok")
        await self.do("convertTrial", accountId=self.id, term=term, idempotencyKey=str(uuid4()))

    async def rent(self, kind: str, quantity: int) -> None:
        given = {"accountId": self.id, "kind": kind, "quantity": quantity}
        await self.do("addAddOn", **given, idempotencyKey=str(uuid4()))

    async def go_to(self, day: str) -> None:
        await self.do("advanceTestClock", accountId=self.id, to=f"{day}T13:00:00Z")

    async def change(self, mutation: str, status: str, number: int) -> None:
        """So many users in a state, but for the administrator."""
        users = (await self.state())["users"]["nodes"]
        found = [u["id"] for u in users if u["status"] == status and u["roles"] == ["AGENT"]]
        for user_id in found[:number]:
            await self.do(mutation, id=user_id)

    async def use(self, quantity: int, on: str, **cell: str) -> None:
        event = {"quantity": quantity, "id": str(uuid4()), "happenedAt": f"{on}T10:00:00Z", **cell}
        await self.do("recordUsage", accountId=self.id, events=[event])

    async def state(self, month: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ops.data(STATE, id=self.id, month=month))["account"]
        return found

    async def invoice(self, day: str) -> dict[str, Any]:
        """The one invoice of a day, but for top-ups."""
        every = (await self.state())["invoices"]["nodes"]
        (found,) = [i for i in every if i["issuedOn"] == day and i["kind"] != "TOP_UP"]
        invoice: dict[str, Any] = found
        return invoice

    async def unbilled(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.state())["unbilledCharges"]
        return found
