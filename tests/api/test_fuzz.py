"""Whatever is sent, the answer says what is wrong with it: no call ends in an unexpected error.

`PERSEAT_FUZZ_EXAMPLES=5000 uv run pytest tests/api/test_fuzz.py --timeout 0` is a long session.
"""

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema, nodes
from structlog.testing import capture_logs

from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key, serving
from tests.api.fuzzing import NASTY, Call
from tests.api.matrix import SCHEMA, Ids, operations
from tests.lived import lived
from tests.make import make_company

EXAMPLES = int(os.environ.get("PERSEAT_FUZZ_EXAMPLES", "0"))
FEW, AT_ONCE = 150, 500
"""Examples where nobody asks for more, and how many a company lives through: then little is left
of it that could be asked for."""
T = TypeVar("T")
Wait = Callable[[Coroutine[Any, Any, T]], T]

bounded = settings(
    max_examples=EXAMPLES or FEW,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def test_no_call_ends_in_an_unexpected_error(own_app: Perseat) -> None:
    """S10, S27: every operation, as an operator and as an administrator, with values that nobody
    would send, among the ids of real things."""
    async with serving(own_app) as http:
        for _ in range(-(-EXAMPLES // AT_ONCE) or 1):
            company, other = await lived(own_app), await make_company(own_app)
            ids = [await Ids.of(own_app, each.id) for each in (company, other)]
            roles = ((KeyRole.OPS, None), (KeyRole.ADMINISTRATOR, company.id))
            clients = [Client(http, await make_key(own_app, *role)) for role in roles]
            await _in_thread(_calls, clients, [*ids, Ids.nobodys()])


def _calls(wait: Wait[Any], clients: list[Client], ids: list[Ids]) -> None:
    @settings(bounded, max_examples=min(EXAMPLES, AT_ONCE) or FEW)
    @given(st.data())
    def fuzz(data: st.DataObject) -> None:
        nasty, inline = data.draw(st.sampled_from((0, 3, 10, 30))), data.draw(st.booleans())
        call = Call(data.draw, ids, nasty, inline=inline)
        text = call.document(*data.draw(st.sampled_from(operations())))
        client = data.draw(st.sampled_from(clients))
        _check(wait(_sent(client, {"query": text, "variables": call.variables})))

    fuzz()


async def test_no_document_ends_in_an_unexpected_error(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """S5, S10: documents of any shape, with and without a mistake."""
    client = Client(http, await make_key(app, KeyRole.ADMINISTRATOR, (await make_company(app)).id))
    await _in_thread(_documents, client)


def _documents(wait: Wait[Any], client: Client) -> None:
    texts = st.sampled_from([each for each in NASTY if "\0" not in each]).map(nodes.String)
    scalars = dict.fromkeys(("Date", "DateTime", "Decimal", "JSON", "Long"), texts)
    both = [from_schema(SCHEMA, custom_scalars=scalars, mode=mode) for mode in Mode]

    @bounded
    @given(st.one_of(both))
    def fuzz(document: str) -> None:
        _check(wait(_sent(client, {"query": document})))

    fuzz()


async def _in_thread(work: Callable[..., None], *given_: Any) -> None:
    """Hypothesis draws in a thread of its own; what it draws is asked in this loop."""
    loop = asyncio.get_running_loop()

    def wait(asked: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(asked, loop).result()

    await asyncio.to_thread(work, wait, *given_)


async def _sent(client: Client, body: dict[str, Any]) -> tuple[int, str, list[Any]]:
    """As bytes: what orjson would not write is sent too."""
    headers = {"authorization": f"Bearer {client.key}", "content-type": "application/json"}
    with capture_logs() as logs:
        answer = await client.http.post(
            "/graphql", content=json.dumps(body), headers={**headers, **client.headers}
        )
    wrong = [each["exc_info"] for each in logs if each["event"] == "api.unexpected"]
    return answer.status_code, answer.text, wrong


def _check(told: tuple[int, str, list[Any]]) -> None:
    status, text, wrong = told
    if wrong:
        raise wrong[0]
    assert status < httpx.codes.INTERNAL_SERVER_ERROR, text
    assert '"UNEXPECTED"' not in text
