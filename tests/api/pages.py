"""The documents of the SPA, and what it would send with each of their operations."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, OperationType, parse

from api.ids import encode
from app.bootstrap import Perseat
from app.domain.plans import Component
from app.domain.usage import Initiator
from tests.make import Company, at, make_company, new_user, query, sms

FOLDER = Path(__file__).parents[2] / "graphql" / "operations"
DOCUMENTS = {file.name: file.read_text() for file in sorted(FOLDER.glob("*.graphql"))}
_keys = count(1)
THERE = frozenset({"DeactivateUser", "ConvertTrial"})
"""What is done to the company whose provider bills active users."""


def operations() -> Iterator[tuple[str, OperationDefinitionNode]]:
    """Each with its document, in the order of the files, but for those that have no single answer:
    `subscriptions`."""
    yield from (each for each in _all() if each[1].operation is not OperationType.SUBSCRIPTION)


def subscriptions() -> Iterator[tuple[str, OperationDefinitionNode]]:
    yield from (each for each in _all() if each[1].operation is OperationType.SUBSCRIPTION)


def _all() -> Iterator[tuple[str, OperationDefinitionNode]]:
    for name, text in DOCUMENTS.items():
        for definition in parse(text).definitions:
            if isinstance(definition, OperationDefinitionNode):
                yield name, definition


def name_of(operation: OperationDefinitionNode) -> str:
    assert operation.name is not None
    return operation.name.value


async def lived(app: Perseat) -> Company:
    """Credits that were bought, usage that was paid by them, with users and lines; an invoice that
    waits to be paid, and something that waits for an invoice."""
    company = await make_company(app, users=8, on="2025-11-10")
    await company.buy("25.00")
    user = (await company.people())[0]
    line = (await company.attach(user)).line
    await company.record(
        sms(10, user_id=str(user.id), line_id=str(line.id), happened_at=at("2025-11-10")),
        sms(2, initiator=Initiator.AGENT, carrier="att", happened_at=at("2025-11-10")),
    )
    await company.start()
    await company.rent(Component.LOCAL_NUMBER, 2)
    return company


@dataclass
class Visit:
    """Somebody who clicks through all pages of `company`; some clicks are for people whose
    provider bills `active` users only."""

    app: Perseat
    company: Company
    active: Company

    async def variables(self, operation: OperationDefinitionNode) -> dict[str, Any]:
        """What the operation asks for, as things stand now."""
        name = name_of(operation)
        given = {
            "account": encode("account", (self.active if name in THERE else self.company).id),
            "from": "2025-11-01",
            "to": "2025-11-10",
            "filter": {"included": False},
            "amount": "10.00",
            "key": f"key-{next(_keys)}",
            "thresholds": ["5.00", "-10.00"],
            "token": "card_two",
            "plan": "xpro",
            "search": "love",
            "input": await self._input(name),
            "event": await self._id("usage", "usage_events"),
            "invoice": await self._id("invoice", "invoices", "status = 'OPEN'"),
            "method": await self._id("paymentmethod", "payment_methods", "removed_at IS NULL"),
            "user": await self._person(0),
            "apiKey": await self._id("apikey", "api_keys", "revoked_at IS NULL"),
        }
        named = {each.variable.name.value for each in operation.variable_definitions or ()}
        return {each: given[each] for each in named & given.keys()}

    async def _id(self, kind: str, table: str, condition: str = "true") -> str | None:
        sql = f"SELECT id FROM {table} WHERE account_id = :id AND {condition}"  # noqa: S608
        rows = await query(self.app, f"{sql} ORDER BY id DESC LIMIT 1", id=self.company.id)
        return encode(kind, self.company.id, rows[0][0]) if rows else None

    async def _person(self, number: int) -> str:
        return encode("user", self.company.id, (await self.company.people())[number].id)

    async def _input(self, name: str) -> dict[str, Any]:
        account = encode("account", self.company.id)
        person = {"firstName": "Grace", "lastName": "Hopper", "email": new_user().email}
        active = (await self.active.people())[0]
        inputs: dict[str, dict[str, Any]] = {
            "ConfigureAutoTopUp": {"accountId": account, "enabled": True, "threshold": "15.00"},
            "SetTopUpRule": {"accountId": account, "enabled": True, "amount": "50.00"},
            "UpdateBillingDetails": {"accountId": account, "taxId": "DE 123"},
            "PreviewUserChange": {"action": "DELETE", "userId": await self._person(0)},
            "CreateKey": {"accountId": account, "role": "PARTNER", "name": "CRM"},
            "CreateUser": {"accountId": account, **person},
            "UpdateUser": {"id": await self._person(0), "lastName": "Byron"},
            "PauseUser": {"id": await self._person(1)},
            "ActivateUser": {"id": await self._person(1), "reason": "Back again"},
            "SuspendUser": {"id": await self._person(2)},
            "DeactivateUser": {"id": encode("user", self.active.id, active.id)},
            "DeleteUser": {"id": await self._person(3)},
            "GrantRole": {"id": await self._person(4), "role": "SUPERVISOR"},
            "RevokeRole": {"id": await self._person(4), "role": "SUPERVISOR"},
        }
        return inputs.get(name, {})
