"""A front end: cookies of its own, its access token in memory, and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.cookies import NAME
from app.bootstrap import Perseat
from tests.api.conftest import Client, serving
from tests.logging_in import PASSWORD

FOLDER = Path(__file__).parents[2] / "graphql" / "operations"
LOG_IN, REFRESH, LOG_OUT = (
    (FOLDER / f"{name}.graphql").read_text() for name in ("log_in", "refresh_session", "log_out")
)
MARKED = {"perseat-request": "1"}


@dataclass
class Browser:
    http: httpx.AsyncClient
    token: str = ""

    async def send(self, document: str, /, **variables: Any) -> httpx.Response:
        """Without the token, as what logs in is sent."""
        body = {"query": document, "variables": variables}
        return await self.http.post("/graphql", json=body, headers=MARKED)

    async def log_in(self, email: str, password: str = PASSWORD, **more: Any) -> dict[str, Any]:
        response = await self.send(LOG_IN, email=email, password=password, **more)
        return self._keep(response, "logIn")

    async def refresh(self) -> dict[str, Any]:
        return self._keep(await self.send(REFRESH), "refreshSession")

    async def log_out(self) -> dict[str, Any]:
        return self._keep(await self.send(LOG_OUT), "logOut")

    def _keep(self, response: httpx.Response, name: str) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()["data"][name]
        self.token = answer.get("accessToken") or self.token
        return answer

    @property
    def client(self) -> Client:
        return Client(self.http, self.token)

    @property
    def cookie(self) -> str | None:
        return self.http.cookies.get(NAME)

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.http.cookies.clear()
        self.http.cookies.set(NAME, value, domain="perseat.local", path="/graphql")

    async def viewer(self) -> dict[str, Any] | None:
        """None if it is nobody's token any more."""
        answer = await self.client.ask(VIEWER)
        if "data" in answer:
            viewer: dict[str, Any] = answer["data"]["viewer"]
            return viewer
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        return None


VIEWER = """{ viewer { name role accountId user { email roles status }
    sessions { id current userAgent createdAt lastUsedAt expiresAt } } }"""


@asynccontextmanager
async def browser(app: Perseat) -> AsyncIterator[Browser]:
    """Of a server that trusts all documents: those of the tests are not in the manifest."""
    async with serving(app, trusted=bool) as http:
        yield Browser(http)


def codes(answer: dict[str, Any]) -> list[str]:
    return [each["code"] for each in answer["userErrors"]]
