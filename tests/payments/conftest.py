"""The adapters that have to keep the contract."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.payments.sandbox import SandboxProvider, client
from tests.payments import sandboxes
from tests.payments.contract import Adapter, Start

ADAPTERS: dict[str, Start] = {
    "in-process": sandboxes.in_process,
    "socket": sandboxes.over_a_socket,
}


@pytest.fixture(params=ADAPTERS, scope="module")
async def adapter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Adapter]:
    async with ADAPTERS[request.param](tmp_path_factory.mktemp(request.param)) as started:
        yield started


@pytest.fixture(scope="session")
async def http(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """To a sandbox in a process of its own."""
    with sandboxes.served(tmp_path_factory.mktemp("sandbox")) as url:
        async with client(url, sandboxes.KEY) as http:
            await sandboxes.awake(http)
            yield http


@pytest.fixture
def sandbox(http: httpx.AsyncClient) -> Adapter:
    """The same sandbox, by the port."""
    return sandboxes.adapter_of(SandboxProvider(http, sandboxes.SECRET))
