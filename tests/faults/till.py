"""The sandbox provider's switches: what it is ordered to do wrong."""

from typing import Any
from uuid import uuid4

import httpx

from app.domain.money import UNIT
from app.payments.provider import ACCOUNT
from app.sandbox.customers import reference_of
from app.signing import sandbox_key
from tests.faults.deeds import Doing
from tests.faults.stack import Stack


def _ask(stack: Stack, method: str, path: str, **more: Any) -> httpx.Response:
    settings = stack.app.settings
    headers = {"authorization": f"Bearer {sandbox_key(settings)}"}
    url = f"{settings.sandbox_url}{path}"
    answer = httpx.request(method, url, headers=headers, trust_env=False, **more)
    return answer.raise_for_status()


def switch(doing: Doing | None, stack: Stack, mode: str, **more: object) -> None:
    """For what is asked in the name of a company, or of anybody."""
    customer = {} if doing is None else {"customer": reference_of(doing.company.id)}
    _ask(stack, "PUT", "/v1/switches", json={"mode": mode, **customer, **more})


def all_off(stack: Stack) -> None:
    _ask(stack, "DELETE", "/v1/switches")


def charge(doing: Doing, dollars: int) -> str:
    """What was taken of a company, and we know nothing of; the provider's name of it."""
    order = {
        "key": str(uuid4()),
        "customer": reference_of(doing.company.id),
        "token": "card_ok",
        "amount": dollars * UNIT,
        "currency": "USD",
        "notes": {ACCOUNT: str(doing.company.id)},
    }
    return str(_ask(doing.stack, "POST", "/v1/charges", json=order).json()["reference"])


def resolve(stack: Stack, key: object) -> None:
    """What was pending has succeeded."""
    _ask(stack, "POST", f"/v1/charges/{key}/resolve", json={})
