"""A partner who does what partners are told to do: ask again, with the same key, until there is an
answer. Kills and cuts are nothing to it but patience."""

import asyncio
import time
from typing import Any, Self

import httpx

PATIENCE = 60.0


class Refusal(Exception):
    """The API has answered, and the answer is no."""


class Partner:
    def __init__(self, url: str, key: str) -> None:
        self._headers = {"authorization": f"Bearer {key}", "perseat-reason": "a fault"}
        self._http = httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)
        self.asked_again = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def do(self, name: str, kind: str, answer: str, /, **given: Any) -> Any:
        """The answer of a mutation, however often it has to be sent."""
        query = f"""mutation($input: {kind}!) {{
            {name}(input: $input) {{ {answer} userErrors {{ code message }} }} }}"""
        body = {"query": query, "variables": {"input": given}}
        deadline = time.monotonic() + PATIENCE
        while (result := await self._once(name, body)) is None:
            assert time.monotonic() < deadline, f"{name} gets no answer"
            self.asked_again += 1
            await asyncio.sleep(0.2)  # a polite client's pause
        if errors := result["userErrors"]:
            raise Refusal(errors[0]["message"])
        return result

    async def _once(self, name: str, body: dict[str, Any]) -> Any:
        """None where the answer leaves open what has happened, or says that it was too busy."""
        try:
            answer = await self._http.post("/graphql", json=body, headers=self._headers)
        except httpx.TransportError:
            return None
        if answer.status_code >= 500 or "errors" in (told := answer.json()):
            return None
        result = told["data"][name]
        busy = [each for each in result["userErrors"] if each["code"] == "BUSY"]
        return None if busy else result

    async def upload(self, lines: bytes) -> list[bytes]:
        """`POST /usage`, again and again until it is answered; the lines of the answer."""
        headers = {**self._headers, "content-type": "application/x-ndjson"}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = await self._http.post("/usage", content=lines, headers=headers)
                if answer.status_code == httpx.codes.OK:
                    return answer.content.splitlines()
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, "the upload gets no answer"
            self.asked_again += 1
            await asyncio.sleep(0.2)
