"""The sandbox provider's switches: what it is ordered to do wrong."""

from typing import Any

import httpx

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


def resolve(stack: Stack, key: object) -> None:
    """What was pending has succeeded."""
    _ask(stack, "POST", f"/v1/charges/{key}/resolve", json={})
