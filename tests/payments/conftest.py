"""The adapters that have to keep the contract."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from app.payments.sandbox import SandboxProvider, client
from tests.payments import sandboxes, stripes
from tests.payments.contract import Adapter, Start

ADAPTERS: dict[str, Start] = {
    "in-process": sandboxes.in_process,
    "socket": sandboxes.over_a_socket,
}


@pytest.fixture(scope="session")
def localstripe() -> Iterator[str]:
    """The address of what stands in for Stripe."""
    with stripes.localstripe() as url:
        yield url


@pytest.fixture(params=[*ADAPTERS, "stripe"], scope="module")
async def adapter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Adapter]:
    async with _starting(request, tmp_path_factory) as started:
        yield started


def _starting(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory
) -> AbstractAsyncContextManager[Adapter]:
    if request.param == "stripe":
        return stripes.over_localstripe(request.getfixturevalue("localstripe"))
    return ADAPTERS[request.param](folders.mktemp(request.param))


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
