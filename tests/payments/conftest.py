"""The adapters that have to keep the contract."""

from collections.abc import AsyncIterator

import pytest

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
