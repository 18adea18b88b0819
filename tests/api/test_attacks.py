"""`tests/api/attacks`: documents that ask for too much; each is refused before anything is read
(S5-S8). How long each takes is measured by `tests/benchmarks/attacks.py`."""

from pathlib import Path

import httpx
import pytest
from graphql import get_introspection_query

from api import budgets
from api.limits import movers
from api.schema import schema
from app.bootstrap import Perseat
from app.models.api_keys import KeyRole
from app.settings import Settings
from tests.api.conftest import Client, make_key, serving
from tests.api.statements import statements

FOLDER = Path(__file__).parent / "attacks"
ATTACKS = {each.stem: each.read_text() for each in sorted(FOLDER.glob("*.graphql"))}
WRITTEN_BADLY = {"fragment_that_is_not_there", "fragment_cycle", "fragment_cycle_of_three"}
NOT_VALID = WRITTEN_BADLY | {
    *("deep_by_fragments", "directives_flood_unknown", "directives_flood", "undefined_variables"),
    *("unknown_fields", "unused_fragments", "overlapping_fields", "many_operations"),
    *("nested_lists_in_an_argument", "nested_objects_in_an_argument"),
    *("introspection_bomb", "introspection_by_fragments"),
    *("unknown_fields_of_an_input", "unknown_types_of_variables"),
    *("huge_list_of_values", "huge_page_of_a_number_without_end", "deep"),
}
PAGES = {"huge_page", "huge_page_by_default", "empty_page", "negative_page"}


@pytest.fixture(scope="module")
async def key(app: Perseat) -> str:
    """An operator may ask for everything: it is the document that is refused."""
    return await make_key(app, KeyRole.OPS)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_it_is_refused_before_anything_is_read(
    app: Perseat, http: httpx.AsyncClient, key: str, attack: str
) -> None:
    """S5, S6: what is sent to PostgreSQL is the look for the key and nothing else."""
    client = Client(http, key)
    await client.ask("{ __typename }")
    with statements(app) as alone:
        await client.ask("{ __typename }")

    with statements(app) as sent:
        answer = await client.ask(ATTACKS[attack], a="x")

    codes = {each.get("extensions", {}).get("code") for each in answer["errors"]}
    assert answer.get("data") is None
    assert sent == alone
    if attack in PAGES:
        assert codes == {"INVALID"}
    elif attack not in NOT_VALID:
        assert "TOO_EXPENSIVE" in codes
        told = [each for each in answer["errors"] if "extensions" in each]
        assert all("limit" in each["message"] for each in told)
    assert "UNEXPECTED" not in codes


async def test_a_batch_is_no_request(http: httpx.AsyncClient, key: str) -> None:
    """S8."""
    response = await http.post(
        "/graphql",
        json=[{"query": "{ viewer { name } }"}] * 2,
        headers={"authorization": f"Bearer {key}"},
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_only_who_is_known_sees_the_schema(http: httpx.AsyncClient, key: str) -> None:
    """S9: neither by introspection nor by suggestions."""
    client = Client(http, key)
    bodies = [get_introspection_query(), "{ viewr { name } }"]

    known = [await client.ask(each) for each in bodies]
    unknown = [await http.post("/graphql", json={"query": each}) for each in bodies]

    assert known[0]["data"]["__schema"]["types"]
    assert "Did you mean" in known[1]["errors"][0]["message"]
    assert [each.status_code for each in unknown] == [401, 401]
    assert not any("Did you mean" in each.text for each in unknown)


def test_money_moves_once_a_document() -> None:
    """S7: the list is what the schema says; nothing has to be added by hand."""
    assert {"buyCredits", "payInvoice", "refundCreditNote"} <= movers(schema._schema)  # noqa: SLF001


async def test_one_of_several_operations_is_what_counts(http: httpx.AsyncClient, key: str) -> None:
    """A file of documents may have two that move money, of which a request is one."""
    buy = 'buyCredits(input: {accountId: "x", amount: "1.00", idempotencyKey: "k"})'
    text = f"mutation A {{ {buy} {{ userErrors {{ code }} }} }}"
    text += text.replace("mutation A", " mutation B")
    response = await http.post(
        "/graphql",
        json={"query": text, "operationName": "B"},
        headers={"authorization": f"Bearer {key}"},
    )

    assert response.json()["data"]["buyCredits"]["userErrors"][0]["code"] == "INVALID"


async def test_what_it_costs_is_told(app: Perseat, http: httpx.AsyncClient, key: str) -> None:
    client = Client(http, key)
    small = await client.ask("{ viewer { name } }")
    page = await client.ask(
        "{ accounts(first: 7) { nodes { id users(first: 2) { nodes { id } } } } }"
    )

    assert small["extensions"]["cost"]["requested"] == 1
    assert page["extensions"]["cost"]["requested"] == 1 + 7 * (1 + 1 + 2)
    assert page["extensions"]["cost"]["limit"] == 10_000
    assert page["extensions"]["cost"]["remaining"] < app.settings.rate_burst
    assert page["extensions"]["cost"]["resetsAt"].startswith("20")


async def test_the_same_document_costs_what_its_variables_say(
    http: httpx.AsyncClient, key: str
) -> None:
    document = "query($n: Int = 3) { accounts(first: $n) { nodes { id } } }"
    told = [
        (await Client(http, key).ask(document, **given))["extensions"]["cost"]["requested"]
        for given in ({"n": 7}, {}, {"n": 5}, {"n": 7})
    ]

    assert told == [8, 4, 6, 8]


async def test_variables_that_a_document_does_not_declare_are_not_remembered(
    http: httpx.AsyncClient, key: str
) -> None:
    """Their names may be as long as a request."""
    document = "query($n: Int = 6) { accounts(first: $n) { nodes { id } } }"
    remembered = budgets._known_cost.cache_info  # noqa: SLF001 - it is of nobody else
    before = remembered().currsize
    for number in range(3):
        told = await Client(http, key).ask(document, **{f"m{number}": 50})
        assert told["extensions"]["cost"]["requested"] == 7

    assert remembered().currsize == before + 1


async def test_a_strange_name_of_the_server_is_refused(app: Perseat) -> None:
    """S13."""
    async with serving(app, hosts=["billing.example.com", "127.0.0.1"]) as client:
        answers = [
            await client.get("/healthz", headers={"host": host})
            for host in ("billing.example.com", "127.0.0.1:8000", "evil.example.com", "")
        ]

    assert [each.status_code for each in answers] == [200, 200, 400, 400]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, []),
        ({"host": "0.0.0.0"}, ["*"]),  # noqa: S104
        ({"host": "0.0.0.0", "public_url": "http://127.0.0.1:8000"}, ["*"]),  # noqa: S104
        ({"host": "0.0.0.0", "public_url": "https://b.example.com/x"}, ["b.example.com"]),  # noqa: S104
        ({"allowed_hosts": "a.example.com, *.b.example.com"}, ["a.example.com", "*.b.example.com"]),
        ({"sandbox_webhook_url": "http://api:8000/webhooks/sandbox"}, ["api"]),
    ],
)
def test_the_names_of_the_server(given: dict[str, str], names: list[str]) -> None:
    """S13: always those of this machine, for whoever looks whether it lives."""
    assert set(Settings(**given).hosts) == {*names, "127.0.0.1", "localhost", "[::1]"}  # type: ignore[arg-type]


async def test_every_answer_tells_browsers_to_be_careful(http: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/graphiql", "/graphql", "/nowhere"):
        told = (await http.get(path)).headers

        assert told["x-content-type-options"] == "nosniff"
        assert told["x-frame-options"] == "DENY"
        assert told["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in told["content-security-policy"]
