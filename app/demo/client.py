"""A client of the GraphQL API: what the demo knows of Perseat, it knows from here."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

PATIENCE = 150.0


class Refusal(Exception):
    """The API refused what the demo asked for."""


class Client:
    """Asks as an operator. `check` raises when waiting for the workers has become pointless."""

    def __init__(self, url: str, key: str, check: Callable[[], None]) -> None:
        self._check = check
        headers = {"authorization": f"Bearer {key}", "perseat-reason": "the demo"}
        self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, query: str, /, **variables: Any) -> Any:
        response = await self._http.post("/graphql", json={"query": query, "variables": variables})
        answer = response.json()
        if "errors" in answer:
            raise Refusal(answer["errors"][0]["message"])
        return answer["data"]

    async def do(self, name: str, kind: str, answer: str, /, **given: Any) -> Any:
        """Call a mutation; a user error ends the demo with its sentence."""
        query = f"""mutation($input: {kind}!) {{
            {name}(input: $input) {{ {answer} userErrors {{ field message }} }} }}"""
        result = (await self.ask(query, input=given))[name]
        if result["userErrors"]:
            raise Refusal(f"{name}: {result['userErrors'][0]['message']}")
        return result

    async def until(
        self, what: str, done: Callable[[Any], bool], look: Callable[[], Awaitable[Any]]
    ) -> Any:
        """Ask again until the workers have done it."""
        deadline = time.monotonic() + PATIENCE
        while not done(found := await look()):
            self._check()
            if time.monotonic() > deadline:
                raise Refusal(f"The workers have not finished: {what}")
            await asyncio.sleep(0.1)
        return found
